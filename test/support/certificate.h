/* certificate.h - certificates for TLS tests, made on the spot. */
#ifndef TEST_SUPPORT_CERTIFICATE_H
#define TEST_SUPPORT_CERTIFICATE_H

/* Writes a fresh self-signed certificate for an address or name ("IP:127.0.0.1",
 * "DNS:elsewhere") to one file, and the same with its key to another. */
void certificate_make(const char *subject_alternative_name, const char *certificate_file,
                      const char *with_key_file);

#endif
