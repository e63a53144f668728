/* sigv4_test.c - signatures step by step, against AWS's examples and other signers. */
#include "support/testing.h"

#include "wire/sigv4.h"

#define SECRET "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
#define TOKEN                                                                                      \
    "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxf"    \
    "pSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGd=="
#define BODY "{\"TableName\":\"locks\",\"Key\":{\"id\":{\"S\":\"a\"}}}"

static const struct sigv4_identity iam = {
    .access_key_id = "AKIDEXAMPLE",
    .secret_access_key = SECRET,
    .region = "us-east-1",
    .service = "iam",
};

static int set_up(void **state)
{
    *state = sigv4_create();
    return *state != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
    sigv4_destroy(*state);
    return 0;
}

static void to_hex(const uint8_t key[SIGV4_HASH_SIZE], char *text)
{
    for (size_t i = 0; i < SIGV4_HASH_SIZE; i++) {
        (void)snprintf(text + 2 * i, 3, "%02x", key[i]);
    }
}

static void dates(void **state)
{
    char date[SIGV4_DATE_SIZE] = "unchanged";

    (void)state;
    assert_true(sigv4_date(INT64_C(1440938160999), date));
    assert_string_equal(date, "20150830T123600Z");
    assert_true(sigv4_date(0, date));
    assert_string_equal(date, "19700101T000000Z");
    assert_true(sigv4_date(INT64_C(253402300799999), date));
    assert_string_equal(date, "99991231T235959Z");
    assert_false(sigv4_date(-1, date));
    assert_false(sigv4_date(INT64_C(253402300800000), date));
    assert_false(sigv4_date(INT64_MAX, date));
}

/* The example of the AWS General Reference, "Calculate the signature for AWS Signature
 * Version 4": signing key for 20150830/us-east-1/iam. */
static void the_documented_key(void **state)
{
    uint8_t key[SIGV4_HASH_SIZE];
    char text[SIGV4_HEX_SIZE];

    assert_true(sigv4_key(*state, &iam, "20150830T123600Z", key));
    to_hex(key, text);
    assert_string_equal(text, "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9");
}

/* The example ListUsers of the same text: its canonical request, string to sign, signature. */
static void the_documented_request_of_iam(void **state)
{
    static const char canonical[] =
        "GET\n"
        "/\n"
        "Action=ListUsers&Version=2010-05-08\n"
        "content-type:application/x-www-form-urlencoded; charset=utf-8\n"
        "host:iam.amazonaws.com\n"
        "x-amz-date:20150830T123600Z\n"
        "\n"
        "content-type;host;x-amz-date\n"
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b"
        "855";
    struct buffer string;
    uint8_t key[SIGV4_HASH_SIZE];
    char signature[SIGV4_HEX_SIZE];

    buffer_init(&string, 1024);
    assert_true(sigv4_string_to_sign(*state, &iam, "20150830T123600Z", bytes_from_string(canonical),
                                     &string));
    assert_string_equal(buffer_string(&string),
                        "AWS4-HMAC-SHA256\n"
                        "20150830T123600Z\n"
                        "20150830/us-east-1/iam/aws4_request\n"
                        "f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59");
    assert_true(sigv4_key(*state, &iam, "20150830T123600Z", key));
    assert_true(sigv4_signature(*state, key, buffer_bytes(&string), signature));
    assert_string_equal(signature,
                        "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7");
    buffer_finish(&string);
}

/* The example "GET Object" of the S3 API Reference, "Authenticating Requests". */
static void the_documented_request_of_s3(void **state)
{
    static const struct sigv4_identity s3 = {
        .access_key_id = "AKIAIOSFODNN7EXAMPLE",
        .secret_access_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        .region = "us-east-1",
        .service = "s3",
    };
    static const char canonical[] =
        "GET\n"
        "/test.txt\n"
        "\n"
        "host:examplebucket.s3.amazonaws.com\n"
        "range:bytes=0-9\n"
        "x-amz-content-sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
        "x-amz-date:20130524T000000Z\n"
        "\n"
        "host;range;x-amz-content-sha256;x-amz-date\n"
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    struct buffer string;
    uint8_t key[SIGV4_HASH_SIZE];
    char signature[SIGV4_HEX_SIZE];

    buffer_init(&string, 1024);
    assert_true(sigv4_string_to_sign(*state, &s3, "20130524T000000Z", bytes_from_string(canonical),
                                     &string));
    assert_string_equal(buffer_string(&string),
                        "AWS4-HMAC-SHA256\n"
                        "20130524T000000Z\n"
                        "20130524/us-east-1/s3/aws4_request\n"
                        "7344ae5b7ee6c3e7e6b0fe0640412a37625d1fbfff95c48bbb2dc43964946972");
    assert_true(sigv4_key(*state, &s3, "20130524T000000Z", key));
    assert_true(sigv4_signature(*state, key, buffer_bytes(&string), signature));
    assert_string_equal(signature,
                        "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
    buffer_finish(&string);
}

static void the_canonical_request(void **state)
{
    const struct sigv4_identity identity = {"AKIDEXAMPLE", SECRET, "TOKEN==", "us-east-1",
                                            "dynamodb"};
    const struct sigv4_request request = {
        "localhost:8000", "DynamoDB_20120810.GetItem", "20150830T123600Z", {NULL, 0}, NULL};
    struct buffer canonical;

    buffer_init(&canonical, 1024);
    assert_true(sigv4_canonical_request(*state, &identity, &request, &canonical));
    assert_string_equal(buffer_string(&canonical),
                        "POST\n"
                        "/\n"
                        "\n"
                        "content-type:application/x-amz-json-1.0\n"
                        "host:localhost:8000\n"
                        "x-amz-date:20150830T123600Z\n"
                        "x-amz-security-token:TOKEN==\n"
                        "x-amz-target:DynamoDB_20120810.GetItem\n"
                        "\n"
                        "content-type;host;x-amz-date;x-amz-security-token;x-amz-target\n"
                        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    buffer_finish(&canonical);
}

/* Made with two signers that share no code, npm aws4 1.13.2 (extraHeadersToIgnore:
 * content-length) and @smithy/signature-v4 5.7.5 (applyChecksum: false), which agree: method
 * POST, path /, the Content-Type and X-Amz-Target below. */
static void the_vectors_of_other_signers(void **state)
{
    static const struct {
        const char *host;
        const char *region;
        const char *date;
        const char *token;
        const char *body;
        const char *target;
        const char *authorization;
    } vectors[] = {
        {"dynamodb.us-east-1.amazonaws.com", "us-east-1", "20150830T123600Z", NULL, BODY,
         "DynamoDB_20120810.GetItem",
         "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/dynamodb/aws4_request, "
         "SignedHeaders=content-type;host;x-amz-date;x-amz-target, "
         "Signature=9b2d9c58d83f29cacf6b2b47a4cac107029a3fec78105979a526a85c09471852"},
        {"dynamodb.us-east-1.amazonaws.com", "us-east-1", "20150830T123600Z", TOKEN, BODY,
         "DynamoDB_20120810.UpdateItem",
         "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/dynamodb/aws4_request, "
         "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, "
         "Signature=149d0b68ef224b4146db0c90aaccccf0ef592ff99eb4067523cee574b467ba40"},
        {"localhost:18091", "eu-central-1", "20251125T235959Z", NULL, BODY,
         "DynamoDB_20120810.GetItem",
         "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20251125/eu-central-1/dynamodb/aws4_request, "
         "SignedHeaders=content-type;host;x-amz-date;x-amz-target, "
         "Signature=42280634fb52700bd90c934410f902641c6ea1715b2a04ee703189f5ad4c6407"},
        {"[::1]:8000", "us-east-1", "20240229T000000Z", TOKEN, "", "DynamoDB_20120810.PutItem",
         "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20240229/us-east-1/dynamodb/aws4_request, "
         "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, "
         "Signature=2cbe35313e1830d13c688fa0dbb5ca437183df6c74eb1c829b40f208322958f2"},
    };

    for (size_t round = 0; round < 2; round++) { /* the second time, keys that are replaced */
        for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
            const struct sigv4_identity identity = {"AKIDEXAMPLE", SECRET, vectors[i].token,
                                                    vectors[i].region, "dynamodb"};
            const struct sigv4_request request = {vectors[i].host, vectors[i].target,
                                                  vectors[i].date,
                                                  bytes_from_string(vectors[i].body), NULL};
            struct buffer authorization;

            buffer_init(&authorization, 1024);
            assert_true(sigv4_authorization(*state, &identity, &request, &authorization));
            assert_string_equal(buffer_string(&authorization), vectors[i].authorization);
            buffer_finish(&authorization);
        }
    }
}

/* Each part of the key's scope, changed alone, changes the key: none is left out of what the
 * cached key is compared by. */
static void a_cached_key_is_not_given_for_another_scope(void **state)
{
    struct sigv4_identity identity = iam;
    uint8_t first[SIGV4_HASH_SIZE];
    uint8_t key[SIGV4_HASH_SIZE];

    assert_true(sigv4_key(*state, &iam, "20150830T123600Z", first));
    assert_true(sigv4_key(*state, &iam, "20150830T235959Z", key));
    assert_memory_equal(first, key, sizeof(key));
    assert_true(sigv4_key(*state, &iam, "20150831T000000Z", key));
    assert_memory_not_equal(first, key, sizeof(key));

    assert_true(sigv4_key(*state, &iam, "20150830T123600Z", key));
    identity.region = "us-east-2";
    assert_true(sigv4_key(*state, &identity, "20150830T123600Z", key));
    assert_memory_not_equal(first, key, sizeof(key));
    assert_true(sigv4_key(*state, &iam, "20150830T123600Z", key));
    identity = iam;
    identity.service = "ian";
    assert_true(sigv4_key(*state, &identity, "20150830T123600Z", key));
    assert_memory_not_equal(first, key, sizeof(key));
    assert_true(sigv4_key(*state, &iam, "20150830T123600Z", key));
    identity = iam;
    identity.secret_access_key = SECRET "x";
    assert_true(sigv4_key(*state, &identity, "20150830T123600Z", key));
    assert_memory_not_equal(first, key, sizeof(key));
    assert_true(sigv4_key(*state, &iam, "20150830T123600Z", key));
    assert_memory_equal(first, key, sizeof(key));
}

/* The form that STS takes: no X-Amz-Target, and a Content-Type of its own. Worked out with a script
 * of HMACs by the steps of the documentation. */
static void requests_to_sts(void **state)
{
    static const struct {
        const char *token;
        const char *authorization;
    } vectors[] = {
        {NULL, "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/eu-west-1/sts/aws4_request, "
               "SignedHeaders=content-type;host;x-amz-date, "
               "Signature=6fe82f015fa4fbbbc045856d61989531e6a4a2ce6b73159ca5324c19ec13eac1"},
        {"TOKEN==", "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/eu-west-1/sts/aws4_request, "
                    "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token, "
                    "Signature=f78d32ec900cda1fe209e924e26e136d5e8642ef801fc33ec5de1041c9a62d30"},
    };
    const struct sigv4_request request = {"sts.eu-west-1.amazonaws.com", NULL, "20150830T123600Z",
                                          bytes_from_string("Action=AssumeRole&Version=2011-06-15"),
                                          "application/x-www-form-urlencoded; charset=utf-8"};

    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        const struct sigv4_identity identity = {"AKIDEXAMPLE", SECRET, vectors[i].token,
                                                "eu-west-1", "sts"};
        struct buffer authorization;

        buffer_init(&authorization, 1024);
        assert_true(sigv4_authorization(*state, &identity, &request, &authorization));
        assert_string_equal(buffer_string(&authorization), vectors[i].authorization);
        buffer_finish(&authorization);
    }
}

static void no_room_is_a_failure(void **state)
{
    const struct sigv4_request request = {"h", "t", "20150830T123600Z", {NULL, 0}, NULL};
    struct buffer authorization;

    buffer_init(&authorization, 100);
    assert_false(sigv4_authorization(*state, &iam, &request, &authorization));
    buffer_finish(&authorization);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates),
        cmocka_unit_test_setup_teardown(the_documented_key, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_documented_request_of_iam, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_documented_request_of_s3, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_canonical_request, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_vectors_of_other_signers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(requests_to_sts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_cached_key_is_not_given_for_another_scope, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(no_room_is_a_failure, set_up, tear_down),
    };

    return cmocka_run_group_tests_name("sigv4", tests, NULL, NULL);
}
