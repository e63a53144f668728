/* table_template.c - ddblock table template: the lock table for tools that set up AWS. */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "escape.h"
#include "exit.h"
#include "json.h"
#include "key.h"
#include "table.h"

/* A tag's value: 256 characters of 4 bytes, each of them at most "\uXXXX". */
enum { TEXT_BYTES_MAX = 4 * 256, QUOTED_SIZE = 6 * TEXT_BYTES_MAX + 3 };

static void print_json_text(const char *text)
{
    char quoted[QUOTED_SIZE];

    (void)json_quote(quoted, sizeof(quoted), text, strlen(text));
    (void)fputs(quoted, stdout);
}

/* As JSON, but for what begins a template in HCL: "${" is written "$${", "%{" "%%{" (HCL native
 * syntax specification, "Template Literals"). */
static void print_hcl_text(const char *text)
{
    char quoted[QUOTED_SIZE];

    (void)json_quote(quoted, sizeof(quoted), text, strlen(text));
    for (const char *c = quoted; *c != '\0'; c++) {
        if ((c[0] == '$' || c[0] == '%') && c[1] == '{') {
            (void)putchar(c[0]);
        }
        (void)putchar(c[0]);
    }
}

static void print_cloudformation_key(const struct key_spec *key, const char *role, bool first)
{
    (void)fputs(first ? "{\"AttributeName\": " : ", {\"AttributeName\": ", stdout);
    print_json_text(key->name);
    if (role != NULL) {
        (void)printf(", \"KeyType\": \"%s\"}", role);
    } else {
        (void)printf(", \"AttributeType\": \"%c\"}", (char)key->type);
    }
}

static void print_cloudformation_keys(const struct place *place)
{
    bool has_sort = place->sort.type != DDBLOCK_KEY_NONE;

    (void)fputs("        \"AttributeDefinitions\": [", stdout);
    print_cloudformation_key(&place->partition, NULL, true);
    if (has_sort) {
        print_cloudformation_key(&place->sort, NULL, false);
    }
    (void)fputs("],\n        \"KeySchema\": [", stdout);
    print_cloudformation_key(&place->partition, "HASH", true);
    if (has_sort) {
        print_cloudformation_key(&place->sort, "RANGE", false);
    }
    (void)fputs("]", stdout);
}

static void print_cloudformation(const struct table_request *request)
{
    (void)fputs("{\n"
                "  \"AWSTemplateFormatVersion\": \"2010-09-09\",\n"
                "  \"Description\": \"A table for distributed locks\",\n"
                "  \"Resources\": {\n"
                "    \"LockTable\": {\n"
                "      \"Type\": \"AWS::DynamoDB::Table\",\n"
                "      \"DeletionPolicy\": \"Retain\",\n"
                "      \"UpdateReplacePolicy\": \"Retain\",\n"
                "      \"Properties\": {\n"
                "        \"TableName\": ",
                stdout);
    print_json_text(request->place.table);
    (void)fputs(",\n        \"BillingMode\": \"PAY_PER_REQUEST\",\n", stdout);
    print_cloudformation_keys(&request->place);
    if (request->deletion_protection) {
        (void)fputs(",\n        \"DeletionProtectionEnabled\": true", stdout);
    }
    if (request->point_in_time_recovery) {
        (void)fputs(",\n        \"PointInTimeRecoverySpecification\": "
                    "{\"PointInTimeRecoveryEnabled\": true}",
                    stdout);
    }
    for (size_t i = 0; i < request->tag_count; i++) {
        (void)fputs(i == 0 ? ",\n        \"Tags\": [{\"Key\": " : ", {\"Key\": ", stdout);
        print_json_text(request->tags[i].key);
        (void)fputs(", \"Value\": ", stdout);
        print_json_text(request->tags[i].value);
        (void)fputs(i + 1 == request->tag_count ? "}]" : "}", stdout);
    }
    (void)fputs("\n      }\n    }\n  }\n}\n", stdout);
}

static void print_terraform_line(const char *before, const char *text)
{
    (void)fputs(before, stdout);
    print_hcl_text(text);
    (void)putchar('\n');
}

static void print_terraform_key(const struct key_spec *key)
{
    print_terraform_line("\n  attribute {\n    name = ", key->name);
    (void)printf("    type = \"%c\"\n  }\n", (char)key->type);
}

/* Aligned as "terraform fmt" does. */
static void print_terraform(const struct table_request *request)
{
    const struct place *place = &request->place;
    bool has_sort = place->sort.type != DDBLOCK_KEY_NONE;
    bool wide = request->deletion_protection;

    (void)fputs("resource \"aws_dynamodb_table\" \"locks\" {\n", stdout);
    print_terraform_line(wide ? "  name                        = " : "  name         = ",
                         place->table);
    print_terraform_line(wide ? "  billing_mode                = " : "  billing_mode = ",
                         "PAY_PER_REQUEST");
    print_terraform_line(wide ? "  hash_key                    = " : "  hash_key     = ",
                         place->partition.name);
    if (has_sort) {
        print_terraform_line(wide ? "  range_key                   = " : "  range_key    = ",
                             place->sort.name);
    }
    if (wide) {
        (void)fputs("  deletion_protection_enabled = true\n", stdout);
    }
    print_terraform_key(&place->partition);
    if (has_sort) {
        print_terraform_key(&place->sort);
    }
    if (request->point_in_time_recovery) {
        (void)fputs("\n  point_in_time_recovery {\n    enabled = true\n  }\n", stdout);
    }
    for (size_t i = 0; i < request->tag_count; i++) {
        /* On one line: there is nothing to be aligned then. */
        (void)fputs(i == 0 ? "\n  tags = { " : ", ", stdout);
        print_hcl_text(request->tags[i].key);
        (void)fputs(" = ", stdout);
        print_hcl_text(request->tags[i].value);
        (void)fputs(i + 1 == request->tag_count ? " }\n" : "", stdout);
    }
    (void)fputs("\n  lifecycle {\n    prevent_destroy = true\n  }\n}\n", stdout);
}

static void print_iam_statement(const char *sid, const char *actions, const char *resource,
                                bool last)
{
    (void)printf("    {\n      \"Sid\": \"%s\",\n      \"Effect\": \"Allow\",\n"
                 "      \"Action\": [%s],\n      \"Resource\": ",
                 sid, actions);
    print_json_text(resource);
    (void)fputs(last ? "\n    }\n" : "\n    },\n", stdout);
}

/* Which permissions are for what. */
static void print_iam(const struct table_request *request)
{
    char resource[TEXT_BYTES_MAX + 128];
    const char *table = request->place.table;
    const char *region = request->place.region != NULL ? request->place.region : "*";

    if (strncmp(table, "arn:", 4) == 0) {
        (void)snprintf(resource, sizeof(resource), "%s", table);
    } else {
        (void)snprintf(resource, sizeof(resource), "arn:aws:dynamodb:%s:*:table/%s", region, table);
    }
    (void)fputs("{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n", stdout);
    print_iam_statement("LocksThatFailOpen", "\"dynamodb:GetItem\", \"dynamodb:UpdateItem\"",
                        resource, false);
    print_iam_statement("LocksThatFailClosed",
                        "\"dynamodb:GetItem\", \"dynamodb:PutItem\", \"dynamodb:DeleteItem\"",
                        resource, false);
    print_iam_statement("ListAndWatch", "\"dynamodb:Scan\", \"dynamodb:Query\"", resource, false);
    print_iam_statement("Doctor", "\"dynamodb:DescribeTable\", \"dynamodb:DescribeTimeToLive\"",
                        resource, true);
    (void)fputs("  ]\n}\n", stdout);
}

static const struct template_kind {
    const char *name;
    void (*print)(const struct table_request *request);
} kinds[] = {
    {"cloudformation", print_cloudformation}, {"terraform", print_terraform}, {"iam", print_iam}};

static const struct template_kind *find_kind(const char *name)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(name, kinds[i].name) == 0) {
            return &kinds[i];
        }
    }
    return NULL;
}

static void print_help(void)
{
    (void)fputs("Usage: ddblock table template cloudformation|terraform|iam [OPTIONS] NAME\n"
                "\n"
                "Prints a lock table as a template of CloudFormation (JSON) or Terraform, or the\n"
                "policy of IAM that locks need; NAME may be the ARN of a table there. Nothing is\n"
                "asked of AWS.\n"
                "\n",
                stdout);
    options_print(stdout, table_options);
    (void)fputs("\n" OPTIONS_SOURCES_HELP "\n"
                "Exit status: 0 it was printed; 64 wrong usage; 74 standard output cannot be\n"
                "written; 78 the configuration is wrong.\n",
                stdout);
}

/* API reference, CreateTable, TableName. */
static ddblock_status check_name(const char *name, const struct template_kind *kind,
                                 ddblock_error *error)
{
    static const char characters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
    bool is_arn = kind->print == print_iam && strncmp(name, "arn:", 4) == 0;
    size_t most = is_arn ? 1024 : 255;
    size_t size = strlen(name);

    if (size < (is_arn ? 20 : 3) || size > most || (!is_arn && strspn(name, characters) != size)) {
        return usage_error(error, "a table's name is 3 to 255 of a-z, A-Z, 0-9, '_', '.' and '-'");
    }
    return DDBLOCK_OK;
}

static int print_template(const struct template_kind *kind, int argc, char **argv)
{
    struct table_request request = {0};
    struct options options;
    ddblock_error error = {0};
    bool help = false;
    int status = EXIT_DONE;

    options_init(&options, table_options, argc, argv);
    if (table_request_parse(&request, &options, &help, &error) != DDBLOCK_OK ||
        (!help && check_name(request.place.table, kind, &error) != DDBLOCK_OK)) {
        status = options_fail(&options, &error);
    } else if (help) {
        print_help();
    } else {
        kind->print(&request);
    }
    table_request_finish(&request);
    return status;
}

int table_template(int argc, char **argv)
{
    ddblock_error error = {0};
    const struct template_kind *kind = argc > 1 ? find_kind(argv[1]) : NULL;

    if (kind != NULL) {
        return print_template(kind, argc - 1, argv + 1);
    }
    if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
        print_help();
        return EXIT_DONE;
    }
    (void)usage_error(&error, "which template? There are cloudformation, terraform and iam");
    return fail_with(&error);
}
