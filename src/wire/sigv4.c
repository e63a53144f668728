/* sigv4.c - signatures of requests to AWS, on libcrypto.
 *
 * EVP_MD and EVP_MAC are looked up once and kept: an implicit fetch in each call costs twice
 * as much as the hashing. */
#include "wire/sigv4.h"

#include <assert.h>
#include <stdlib.h>
#include <time.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#define ALGORITHM  "AWS4-HMAC-SHA256"
#define TERMINATOR "aws4_request"

enum {
    DAY_SIZE = 8, /* "20150830" */
    /* What a canonical request or a key's parts may hold: session tokens have no documented limit
     * and are at most a few KiB. */
    TEXT_SIZE_MAX = 64 * 1024,
};

struct sigv4 {
    EVP_MD *digest;
    EVP_MD_CTX *digest_context;
    EVP_MAC *mac;
    EVP_MAC_CTX *mac_context;
    struct buffer work;
    struct buffer key_parts; /* of which key was derived: secret, day, region, service */
    uint8_t key[SIGV4_HASH_SIZE];
    bool key_known;
};

struct sigv4 *sigv4_create(void)
{
    char name[] = "SHA2-256";
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
        OSSL_PARAM_construct_end(),
    };
    struct sigv4 *signer = calloc(1, sizeof(*signer));

    if (signer == NULL) {
        return NULL;
    }
    buffer_init(&signer->work, TEXT_SIZE_MAX);
    buffer_init(&signer->key_parts, TEXT_SIZE_MAX);
    signer->digest = EVP_MD_fetch(NULL, name, NULL);
    signer->digest_context = EVP_MD_CTX_new();
    signer->mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    signer->mac_context = signer->mac != NULL ? EVP_MAC_CTX_new(signer->mac) : NULL;
    if (signer->digest == NULL || signer->digest_context == NULL || signer->mac_context == NULL ||
        EVP_MAC_CTX_set_params(signer->mac_context, parameters) != 1) {
        sigv4_destroy(signer);
        return NULL;
    }
    return signer;
}

void sigv4_destroy(struct sigv4 *signer)
{
    if (signer == NULL) {
        return;
    }
    EVP_MAC_CTX_free(signer->mac_context); /* wipes its key: OPENSSL_clear_free() in it */
    EVP_MAC_free(signer->mac);
    EVP_MD_CTX_free(signer->digest_context);
    EVP_MD_free(signer->digest);
    buffer_finish(&signer->work);
    buffer_finish(&signer->key_parts);
    OPENSSL_cleanse(signer, sizeof(*signer));
    free(signer);
}

bool sigv4_date(int64_t unix_ms, char ret_date[SIGV4_DATE_SIZE])
{
    const int64_t ms_max = INT64_C(253402300800000); /* the year 10000 */
    time_t seconds = (time_t)(unix_ms / 1000);
    struct tm tm = {0};

    if (unix_ms < 0 || unix_ms >= ms_max || gmtime_r(&seconds, &tm) == NULL) {
        return false;
    }
    return strftime(ret_date, SIGV4_DATE_SIZE, "%Y%m%dT%H%M%SZ", &tm) == SIGV4_DATE_SIZE - 1;
}

static bool hash(struct sigv4 *signer, struct bytes bytes, uint8_t ret_hash[SIGV4_HASH_SIZE])
{
    return EVP_DigestInit_ex2(signer->digest_context, signer->digest, NULL) == 1 &&
           EVP_DigestUpdate(signer->digest_context, bytes.data, bytes.size) == 1 &&
           EVP_DigestFinal_ex(signer->digest_context, ret_hash, NULL) == 1;
}

static bool hmac(struct sigv4 *signer, struct bytes key, struct bytes bytes,
                 uint8_t ret_hash[SIGV4_HASH_SIZE])
{
    size_t size = 0;

    return EVP_MAC_init(signer->mac_context, key.data, key.size, NULL) == 1 &&
           EVP_MAC_update(signer->mac_context, bytes.data, bytes.size) == 1 &&
           EVP_MAC_final(signer->mac_context, ret_hash, &size, SIGV4_HASH_SIZE) == 1 &&
           size == SIGV4_HASH_SIZE;
}

/* Small letters: "Lowercase base 16 encoding". */
static void hex(const uint8_t bytes[SIGV4_HASH_SIZE], char ret_hex[SIGV4_HEX_SIZE])
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < SIGV4_HASH_SIZE; i++) {
        ret_hex[2 * i] = digits[bytes[i] >> 4];
        ret_hex[2 * i + 1] = digits[bytes[i] & 0x0F];
    }
    ret_hex[SIGV4_HEX_SIZE - 1] = '\0';
}

static bool append_hash(struct sigv4 *signer, struct bytes bytes, struct buffer *target)
{
    uint8_t digest[SIGV4_HASH_SIZE];
    char text[SIGV4_HEX_SIZE];

    if (!hash(signer, bytes, digest)) {
        return false;
    }
    hex(digest, text);
    buffer_append_string(target, text);
    return buffer_ok(target);
}

/* Sorted by name. The JavaScript SDK sends and signs x-amz-content-sha256 too; DynamoDB does
 * not ask for it. */
static void append_signed_headers(const struct sigv4_identity *identity,
                                  const struct sigv4_request *request, struct buffer *target)
{
    buffer_append_format(target, "content-type;host;x-amz-date%s%s",
                         identity->session_token != NULL ? ";x-amz-security-token" : "",
                         request->target != NULL ? ";x-amz-target" : "");
}

bool sigv4_canonical_request(struct sigv4 *signer, const struct sigv4_identity *identity,
                             const struct sigv4_request *request, struct buffer *target)
{
    /* HTTPMethod \n CanonicalUri \n CanonicalQueryString \n CanonicalHeaders … */
    buffer_append_string(target, "POST\n/\n\n");
    buffer_append_format(target, "content-type:%s\nhost:%s\nx-amz-date:%s\n",
                         request->content_type != NULL ? request->content_type : SIGV4_CONTENT_TYPE,
                         request->host, request->date);
    if (identity->session_token != NULL) {
        buffer_append_format(target, "x-amz-security-token:%s\n", identity->session_token);
    }
    if (request->target != NULL) {
        buffer_append_format(target, "x-amz-target:%s\n", request->target);
    }
    /* … \n SignedHeaders \n HashedPayload */
    buffer_append_string(target, "\n");
    append_signed_headers(identity, request, target);
    buffer_append_string(target, "\n");
    return append_hash(signer, request->body, target);
}

static void append_scope(const struct sigv4_identity *identity, const char *date,
                         struct buffer *target)
{
    buffer_append_format(target, "%.*s/%s/%s/" TERMINATOR, DAY_SIZE, date, identity->region,
                         identity->service);
}

bool sigv4_string_to_sign(struct sigv4 *signer, const struct sigv4_identity *identity,
                          const char *date, struct bytes canonical_request, struct buffer *target)
{
    /* Algorithm \n RequestDateTime \n CredentialScope \n HashedCanonicalRequest */
    buffer_append_format(target, ALGORITHM "\n%s\n", date);
    append_scope(identity, date, target);
    buffer_append_string(target, "\n");
    return append_hash(signer, canonical_request, target);
}

/* kSecret to kSigning, each the HMAC of the next part with the last key. */
static bool derive(struct sigv4 *signer, const struct sigv4_identity *identity, const char *date)
{
    const struct bytes parts[] = {
        bytes_from(date, DAY_SIZE),
        bytes_from_string(identity->region),
        bytes_from_string(identity->service),
        bytes_from_string(TERMINATOR),
    };
    uint8_t key[SIGV4_HASH_SIZE] = {0};
    bool ok;

    buffer_clear(&signer->work);
    buffer_append_format(&signer->work, "AWS4%s", identity->secret_access_key);
    ok = buffer_ok(&signer->work) && hmac(signer, buffer_bytes(&signer->work), parts[0], key);
    for (size_t i = 1; ok && i < sizeof(parts) / sizeof(parts[0]); i++) {
        ok = hmac(signer, bytes_from(key, sizeof(key)), parts[i], key);
    }
    if (ok) {
        memcpy(signer->key, key, sizeof(key));
    }
    OPENSSL_cleanse(key, sizeof(key));
    buffer_clear(&signer->work);
    return ok;
}

bool sigv4_key(struct sigv4 *signer, const struct sigv4_identity *identity, const char *date,
               uint8_t ret_key[SIGV4_HASH_SIZE])
{
    assert(strlen(date) == SIGV4_DATE_SIZE - 1);
    /* No part holds a line break, so that different parts never look the same. */
    buffer_clear(&signer->work);
    buffer_append_format(&signer->work, "%.*s\n%s\n%s\n%s", DAY_SIZE, date, identity->region,
                         identity->service, identity->secret_access_key);
    if (!buffer_ok(&signer->work)) {
        return false;
    }
    if (!signer->key_known ||
        !bytes_equal(buffer_bytes(&signer->work), buffer_bytes(&signer->key_parts))) {
        signer->key_known = false;
        OPENSSL_cleanse(signer->key, sizeof(signer->key));
        buffer_clear(&signer->key_parts);
        buffer_append(&signer->key_parts, buffer_bytes(&signer->work));
        if (!buffer_ok(&signer->key_parts) || !derive(signer, identity, date)) {
            return false;
        }
        signer->key_known = true;
    }
    buffer_clear(&signer->work);
    memcpy(ret_key, signer->key, SIGV4_HASH_SIZE);
    return true;
}

bool sigv4_signature(struct sigv4 *signer, const uint8_t key[SIGV4_HASH_SIZE],
                     struct bytes string_to_sign, char ret_hex[SIGV4_HEX_SIZE])
{
    uint8_t digest[SIGV4_HASH_SIZE];

    if (!hmac(signer, bytes_from(key, SIGV4_HASH_SIZE), string_to_sign, digest)) {
        return false;
    }
    hex(digest, ret_hex);
    return true;
}

bool sigv4_authorization(struct sigv4 *signer, const struct sigv4_identity *identity,
                         const struct sigv4_request *request, struct buffer *target)
{
    struct buffer canonical = {0};
    struct buffer string = {0};
    uint8_t key[SIGV4_HASH_SIZE] = {0};
    char signature[SIGV4_HEX_SIZE];
    bool ok = false;

    buffer_init(&canonical, TEXT_SIZE_MAX);
    buffer_init(&string, TEXT_SIZE_MAX);
    if (!sigv4_canonical_request(signer, identity, request, &canonical) ||
        !sigv4_string_to_sign(signer, identity, request->date, buffer_bytes(&canonical), &string) ||
        !sigv4_key(signer, identity, request->date, key) ||
        !sigv4_signature(signer, key, buffer_bytes(&string), signature)) {
        goto out;
    }
    buffer_append_format(target, ALGORITHM " Credential=%s/", identity->access_key_id);
    append_scope(identity, request->date, target);
    buffer_append_string(target, ", SignedHeaders=");
    append_signed_headers(identity, request, target);
    buffer_append_format(target, ", Signature=%s", signature);
    ok = buffer_ok(target);
out:
    OPENSSL_cleanse(key, sizeof(key));
    buffer_finish(&canonical);
    buffer_finish(&string);
    return ok;
}
