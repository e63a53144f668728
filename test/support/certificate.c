/* certificate.c - certificates for TLS tests, made on the spot. */
#include "support/certificate.h"

#include <stdio.h>
#include <stdlib.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

static void must(int ok)
{
    if (ok != 1) {
        (void)fputs("certificate.c: libcrypto failed\n", stderr);
        abort();
    }
}

static void add_extension(X509 *certificate, int nid, const char *value)
{
    X509V3_CTX context;
    X509_EXTENSION *extension;

    X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
    extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    must(extension != NULL);
    must(X509_add_ext(certificate, extension, -1));
    X509_EXTENSION_free(extension);
}

static X509 *make(EVP_PKEY *key, const char *subject_alternative_name)
{
    X509 *certificate = X509_new();
    X509_NAME *name;

    must(certificate != NULL);
    name = X509_get_subject_name(certificate);
    must(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"ddblock test",
                                    -1, -1, 0));
    must(X509_set_version(certificate, 2));
    must(ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1));
    must(X509_set_issuer_name(certificate, name));
    must(X509_gmtime_adj(X509_getm_notBefore(certificate), -3600) != NULL);
    must(X509_gmtime_adj(X509_getm_notAfter(certificate), 24 * 3600) != NULL);
    must(X509_set_pubkey(certificate, key));
    add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE");
    add_extension(certificate, NID_subject_alt_name, subject_alternative_name);
    must(X509_sign(certificate, key, EVP_sha256()) > 0);
    return certificate;
}

void certificate_make(const char *subject_alternative_name, const char *certificate_file,
                      const char *with_key_file)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate;
    FILE *file;

    must(key != NULL);
    certificate = make(key, subject_alternative_name);
    file = fopen(certificate_file, "w");
    must(file != NULL);
    must(PEM_write_X509(file, certificate));
    must(fclose(file) == 0);
    file = fopen(with_key_file, "w");
    must(file != NULL);
    must(PEM_write_X509(file, certificate));
    must(PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL));
    must(fclose(file) == 0);
    X509_free(certificate);
    EVP_PKEY_free(key);
}
