/* table_description.c - what DescribeTable and DescribeTimeToLive say of a table. */
#include "wire/table_description.h"

#include "wire/json_text.h"

static void read_type(struct bytes definitions, struct table_key *key)
{
    struct bytes rest = {0};
    struct bytes definition;
    char name[sizeof(key->name)];
    char type[2];

    (void)json_text_elements(definitions, &rest);
    while (json_text_next(&rest, &definition)) {
        json_text_copy(definition, "AttributeName", name, sizeof(name));
        json_text_copy(definition, "AttributeType", type, sizeof(type));
        if (strcmp(name, key->name) == 0 && type[0] != '\0' && strchr("SNB", type[0]) != NULL) {
            key->type = type[0];
        }
    }
}

static void read_keys(struct bytes table, struct table_description *description)
{
    struct bytes schema = {0};
    struct bytes definitions = {0};
    struct bytes rest = {0};
    struct bytes element;
    char role[8];

    (void)json_text_find(table, "KeySchema", &schema);
    (void)json_text_find(table, "AttributeDefinitions", &definitions);
    (void)json_text_elements(schema, &rest);
    while (json_text_next(&rest, &element)) {
        struct table_key *key;

        json_text_copy(element, "KeyType", role, sizeof(role));
        key = strcmp(role, "RANGE") == 0 ? &description->sort : &description->partition;
        json_text_copy(element, "AttributeName", key->name, sizeof(key->name));
        read_type(definitions, key);
    }
}

/* A whole number that is not negative; -1 for anything else. */
static int64_t read_number(struct bytes object, const char *name)
{
    struct bytes text = {0};
    int64_t number = 0;

    if (json_text_find(object, name, &text) != 1 || text.size == 0 || text.size > 15) {
        return -1;
    }
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            return -1;
        }
        number = number * 10 + (text.data[i] - '0');
    }
    return number;
}

static void read_billing(struct bytes table, struct table_description *description)
{
    struct bytes summary = {0};
    struct bytes throughput = {0};
    char mode[32];

    (void)json_text_find(table, "BillingModeSummary", &summary);
    (void)json_text_find(table, "ProvisionedThroughput", &throughput);
    json_text_copy(summary, "BillingMode", mode, sizeof(mode));
    description->on_demand = strcmp(mode, "PAY_PER_REQUEST") == 0;
    description->write_units = read_number(throughput, "WriteCapacityUnits");
}

/* "MultiRegionConsistency: EVENTUAL | STRONG"; Replicas lists the others (API reference,
 * TableDescription). */
static void read_replicas(struct bytes table, struct table_description *description)
{
    struct bytes replicas = {0};
    struct bytes rest = {0};
    struct bytes replica = {0};
    char consistency[16];

    (void)json_text_find(table, "Replicas", &replicas);
    description->replicated =
        json_text_elements(replicas, &rest) && json_text_next(&rest, &replica);
    json_text_copy(replica, "RegionName", description->replica, sizeof(description->replica));
    json_text_copy(table, "MultiRegionConsistency", consistency, sizeof(consistency));
    description->strong = strcmp(consistency, "STRONG") == 0;
}

bool table_description_read(struct bytes body, struct table_description *ret_description)
{
    struct table_description description = {0};
    struct bytes table = {0};

    if (json_text_find(body, "Table", &table) != 1 || !json_text_is_object(table)) {
        return false;
    }
    json_text_copy(table, "TableStatus", description.status, sizeof(description.status));
    read_keys(table, &description);
    read_billing(table, &description);
    read_replicas(table, &description);
    *ret_description = description;
    return description.partition.name[0] != '\0';
}

bool table_ttl_read(struct bytes body, struct table_ttl *ret_ttl)
{
    struct table_ttl ttl = {0};
    struct bytes description = {0};
    char status[16];

    if (json_text_find(body, "TimeToLiveDescription", &description) != 1) {
        return false;
    }
    json_text_copy(description, "TimeToLiveStatus", status, sizeof(status));
    json_text_copy(description, "AttributeName", ttl.attribute, sizeof(ttl.attribute));
    ttl.enabled = strcmp(status, "ENABLED") == 0 || strcmp(status, "ENABLING") == 0;
    *ret_ttl = ttl;
    return true;
}
