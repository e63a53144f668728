/* ini.c - the text of AWS's shared config and credentials files. */
#include "wire/ini.h"

#include <stdlib.h>
#include <strings.h>

#include "base/buffer.h"
#include "base/status.h"

/* Where strings of a property begin in ini->strings. The header of a section is a property
 * whose key is empty. */
struct property {
    size_t section;
    size_t key;
    size_t subkey; /* 0: none; at 0 lies the empty string */
    size_t value;
};

struct ini {
    struct buffer strings; /* each ended by NUL */
    struct property *properties;
    size_t count;
    size_t capacity;
};

struct parser {
    struct ini *ini;
    struct bytes rest;
    size_t line;
    size_t section;      /* 0: before the first */
    size_t indent;       /* of the last property */
    bool continues;      /* a deeper line belongs to the last property */
    const char *mistake; /* a clause */
    bool no_memory;
};

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

static bool is_comment(uint8_t c)
{
    return c == '#' || c == ';';
}

static struct bytes trim(struct bytes text)
{
    while (text.size > 0 && is_blank(text.data[0])) {
        text = bytes_from(text.data + 1, text.size - 1);
    }
    while (text.size > 0 && is_blank(text.data[text.size - 1])) {
        text.size--;
    }
    return text;
}

/* Cuts off a comment, which begins after a blank: the rule of all SDKs but botocore, to which
 * it is part of the value. */
static struct bytes cut_comment(struct bytes text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (is_comment(text.data[i]) && (i == 0 || is_blank(text.data[i - 1]))) {
            text.size = i;
        }
    }
    return trim(text);
}

/* Takes the next line off, without its end. */
static struct bytes take_line(struct bytes *text)
{
    const uint8_t *end = memchr(text->data, '\n', text->size);
    size_t size = end != NULL ? (size_t)(end - text->data) : text->size;
    struct bytes line = bytes_from(text->data, size);

    *text = bytes_from(text->data + size, text->size - size);
    if (end != NULL) {
        *text = bytes_from(text->data + 1, text->size - 1);
    }
    return line;
}

/* Keeps a string. Returns where it begins. */
static size_t keep(struct parser *parser, struct bytes text)
{
    struct buffer *strings = &parser->ini->strings;
    size_t start = strings->size;

    buffer_append(strings, text);
    buffer_append(strings, bytes_from("", 1));
    parser->no_memory = parser->no_memory || !buffer_ok(strings);
    return start;
}

static void add(struct parser *parser, struct property property)
{
    struct ini *ini = parser->ini;

    if (ini->count == ini->capacity) {
        size_t capacity = ini->capacity > 0 ? 2 * ini->capacity : 16;
        struct property *grown = realloc(ini->properties, capacity * sizeof(*grown));

        if (grown == NULL) {
            parser->no_memory = true;
            return;
        }
        ini->properties = grown;
        ini->capacity = capacity;
    }
    ini->properties[ini->count++] = property;
}

/* Reads "[profile x]" or "[profile 'x y']". */
static void read_section(struct parser *parser, struct bytes line)
{
    const uint8_t *end = memchr(line.data, ']', line.size);
    struct bytes kind;
    struct bytes name;
    size_t size = 0;

    if (end == NULL ||
        cut_comment(bytes_from(end + 1, (size_t)(line.data + line.size - end - 1))).size > 0) {
        parser->mistake = "is no whole section header, \"[name]\"";
        return;
    }
    kind = trim(bytes_from(line.data + 1, (size_t)(end - line.data) - 1));
    while (size < kind.size && !is_blank(kind.data[size])) {
        size++;
    }
    name = trim(bytes_from(kind.data + size, kind.size - size));
    kind.size = size;
    if (name.size >= 2 && (name.data[0] == '"' || name.data[0] == '\'') &&
        name.data[name.size - 1] == name.data[0]) {
        name = bytes_from(name.data + 1, name.size - 2);
    }
    if (kind.size == 0) {
        parser->mistake = "is a section without a name";
        return;
    }
    parser->section = keep(parser, kind);
    if (name.size > 0) {
        parser->ini->strings.size--; /* over the NUL */
        (void)keep(parser, bytes_from(" ", 1));
        parser->ini->strings.size--;
        (void)keep(parser, name);
    }
    parser->continues = false;
    add(parser, (struct property){.section = parser->section});
}

/* Splits at the first "=". False if there is none, or no key before it. */
static bool split(struct bytes line, struct bytes *ret_key, struct bytes *ret_value)
{
    const uint8_t *equals = memchr(line.data, '=', line.size);

    if (equals == NULL) {
        return false;
    }
    *ret_key = trim(bytes_from(line.data, (size_t)(equals - line.data)));
    *ret_value = cut_comment(bytes_from(equals + 1, (size_t)(line.data + line.size - equals - 1)));
    return ret_key->size > 0;
}

static void read_property(struct parser *parser, struct bytes line)
{
    struct property property = {.section = parser->section};
    struct bytes key;
    struct bytes value;

    if (parser->section == 0) {
        parser->mistake = "stands before the first section";
        return;
    }
    if (!split(line, &key, &value)) {
        parser->mistake = "is neither a section, \"[name]\", nor a property, \"key = value\"";
        return;
    }
    property.key = keep(parser, key);
    property.value = keep(parser, value); /* the last string, so that lines can be added */
    add(parser, property);
    parser->continues = true;
}

/* Reads a line that is indented more than the property before it. Below an empty value it is
 * a nested property; else one more line of the value. */
static void read_continuation(struct parser *parser, struct bytes line)
{
    struct ini *ini = parser->ini;
    struct property property = ini->properties[ini->count - 1];
    struct bytes key;
    struct bytes value;

    if (property.subkey == 0 && ini->strings.data[property.value] != '\0') {
        ini->strings.size--; /* over the NUL */
        (void)keep(parser, bytes_from("\n", 1));
        ini->strings.size--;
        (void)keep(parser, cut_comment(line));
        return;
    }
    if (!split(line, &key, &value)) {
        parser->mistake = "is no nested property, \"key = value\"";
        return;
    }
    property.subkey = keep(parser, key);
    property.value = keep(parser, value);
    add(parser, property);
}

static void read_line(struct parser *parser, struct bytes line)
{
    struct bytes trimmed = trim(line);
    size_t indent = (size_t)(trimmed.data - line.data);

    if (trimmed.size == 0 || is_comment(trimmed.data[0])) {
        return;
    }
    if (memchr(line.data, '\0', line.size) != NULL) {
        parser->mistake = "holds a NUL";
    } else if (parser->continues && indent > parser->indent) {
        read_continuation(parser, trimmed);
    } else if (trimmed.data[0] == '[') {
        read_section(parser, trimmed);
    } else {
        parser->indent = indent;
        read_property(parser, trimmed);
    }
}

ddblock_status ini_parse(struct bytes text, struct ini **ret_ini, ddblock_error *error)
{
    struct parser parser = {.rest = text};

    if (text.size > INI_SIZE_MAX) {
        return status_set(error, DDBLOCK_INVALID, "is larger than 1 MiB");
    }
    parser.ini = calloc(1, sizeof(*parser.ini));
    if (parser.ini == NULL) {
        return status_set(error, DDBLOCK_NO_MEMORY, "out of memory");
    }
    /* A line of n bytes and its end give at most n bytes, less its "=", and two NULs. */
    buffer_init(&parser.ini->strings, 2 * text.size + 16);
    (void)keep(&parser, bytes_from(NULL, 0));
    while (parser.rest.size > 0 && parser.mistake == NULL && !parser.no_memory) {
        parser.line++;
        read_line(&parser, take_line(&parser.rest));
    }
    if (parser.mistake != NULL || parser.no_memory) {
        ini_destroy(parser.ini);
        return parser.no_memory
                   ? status_set(error, DDBLOCK_NO_MEMORY, "out of memory")
                   : status_set(error, DDBLOCK_INVALID, "line %zu %s", parser.line, parser.mistake);
    }
    *ret_ini = parser.ini;
    return DDBLOCK_OK;
}

void ini_destroy(struct ini *ini)
{
    if (ini != NULL) {
        buffer_finish(&ini->strings);
        free(ini->properties);
        free(ini);
    }
}

static const char *string_at(const struct ini *ini, size_t start)
{
    return (const char *)ini->strings.data + start;
}

bool ini_has_section(const struct ini *ini, const char *section)
{
    for (size_t i = 0; ini != NULL && i < ini->count; i++) {
        if (strcmp(string_at(ini, ini->properties[i].section), section) == 0) {
            return true;
        }
    }
    return false;
}

const char *ini_get(const struct ini *ini, const char *section, const char *key, const char *subkey)
{
    for (size_t i = ini != NULL ? ini->count : 0; i > 0; i--) {
        const struct property *property = &ini->properties[i - 1];

        if (strcmp(string_at(ini, property->section), section) == 0 &&
            strcasecmp(string_at(ini, property->key), key) == 0 &&
            strcasecmp(string_at(ini, property->subkey), subkey != NULL ? subkey : "") == 0) {
            return string_at(ini, property->value);
        }
    }
    return NULL;
}
