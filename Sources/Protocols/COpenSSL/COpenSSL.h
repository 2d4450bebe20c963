// OpenSSL 3 for Swift: its headers, and functions in place of its macros and variadic calls.

#ifndef COPENSSL_H
#define COPENSSL_H

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <sys/stat.h>

// TLS

static inline void copenssl_require_tls12(SSL_CTX *context) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
}

// No resumption: each handshake sees the certificates as they are now. Buffers of idle sessions go.
static inline void copenssl_set_usual_options(SSL_CTX *context) {
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context, 0);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
}

// `offered` is a length-prefixed list (RFC 7301 section 3.1) behind its own length in two bytes.
static inline int copenssl_select_protocol(SSL *session, const unsigned char **selected,
                                           unsigned char *selected_length,
                                           const unsigned char *asked, unsigned int asked_length,
                                           void *offered) {
  (void)session;
  const unsigned char *own = (const unsigned char *)offered;
  unsigned int own_length = (unsigned int)own[0] << 8 | own[1];
  int outcome = SSL_select_next_proto((unsigned char **)selected, selected_length, own + 2,
                                      own_length, asked, asked_length);
  return outcome == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

// The context refers to `offered` until it is freed.
static inline void copenssl_offer_protocols(SSL_CTX *context, void *offered) {
  SSL_CTX_set_alpn_select_cb(context, copenssl_select_protocol, offered);
}

static inline void *copenssl_allocate(size_t count) { return OPENSSL_malloc(count); }
static inline void copenssl_free(void *memory) { OPENSSL_free(memory); }

static inline int copenssl_set_server_name(SSL *session, const char *name) {
  return (int)SSL_set_tlsext_host_name(session, name);
}

// The name in the certificate must be a subject alternative name, as for Go's clients.
static inline int copenssl_expect_host(SSL *session, const char *name) {
  SSL_set_hostflags(session,
                    X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  return SSL_set1_host(session, name);
}

static inline int copenssl_expect_address(SSL *session, const char *address) {
  return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), address);
}

static inline size_t copenssl_pending(BIO *memory) { return BIO_ctrl_pending(memory); }

// The bytes of a memory BIO, which stay its own.
static inline long copenssl_memory(BIO *memory, const char **bytes) {
  return BIO_get_mem_data(memory, (char **)bytes);
}

// Files

struct copenssl_stamp {
  unsigned long long device, inode, size;
  long long modified_nanoseconds;
};

static inline int copenssl_file_stamp(const char *path, struct copenssl_stamp *stamp) {
  struct stat status;
  if (stat(path, &status) != 0) return 0;
  stamp->device = status.st_dev;
  stamp->inode = status.st_ino;
  stamp->size = (unsigned long long)status.st_size;
  stamp->modified_nanoseconds = status.st_mtim.tv_sec * 1000000000ll + status.st_mtim.tv_nsec;
  return 1;
}

// Keys and certificates

static inline EVP_PKEY *copenssl_make_p256_key(void) { return EVP_EC_gen("P-256"); }

static inline int copenssl_is_p256(EVP_PKEY *key) {
  char name[32];
  size_t length = 0;
  return EVP_PKEY_is_a(key, "EC") &&
         EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, name, sizeof name,
                                        &length) == 1 &&
         strcmp(name, "prime256v1") == 0;
}

// Signatures on P-256: r and s, 32 bytes each (RFC 7518 section 3.4), which OpenSSL keeps as DER.

static inline int copenssl_sign_es256(EVP_PKEY *key, const void *bytes, size_t count,
                                      unsigned char *signature) {
  unsigned char der[128];
  size_t length = sizeof der;
  const unsigned char *start = der;
  ECDSA_SIG *parts = NULL;
  int done = 0;
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  if (context != NULL && EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
      EVP_DigestSign(context, der, &length, bytes, count) == 1)
    parts = d2i_ECDSA_SIG(NULL, &start, (long)length);
  if (parts != NULL)
    done = BN_bn2binpad(ECDSA_SIG_get0_r(parts), signature, 32) == 32 &&
           BN_bn2binpad(ECDSA_SIG_get0_s(parts), signature + 32, 32) == 32;
  ECDSA_SIG_free(parts);
  EVP_MD_CTX_free(context);
  return done;
}

static inline int copenssl_check_es256(EVP_PKEY *key, const void *bytes, size_t count,
                                       const unsigned char *signature) {
  unsigned char *der = NULL;
  int length = 0;
  int good = 0;
  ECDSA_SIG *parts = ECDSA_SIG_new();
  BIGNUM *r = BN_bin2bn(signature, 32, NULL);
  BIGNUM *s = BN_bin2bn(signature + 32, 32, NULL);
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  if (parts != NULL && r != NULL && s != NULL && ECDSA_SIG_set0(parts, r, s) == 1) {
    r = s = NULL;
    length = i2d_ECDSA_SIG(parts, &der);
  }
  if (length > 0 && context != NULL &&
      EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, key) == 1)
    good = EVP_DigestVerify(context, der, (size_t)length, bytes, count) == 1;
  OPENSSL_free(der);
  BN_free(r);
  BN_free(s);
  ECDSA_SIG_free(parts);
  EVP_MD_CTX_free(context);
  return good;
}

static inline int copenssl_sign(X509 *certificate, EVP_PKEY *key) {
  return X509_sign(certificate, key, EVP_sha256());
}

// Adds the extension that `text` describes (x509v3_config(5)); 1 where that worked.
static inline int copenssl_add_extension(X509 *certificate, X509 *issuer, int kind,
                                         const char *text) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
  X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, kind, text);
  if (extension == NULL) return 0;
  int added = X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
  return added;
}

static inline int copenssl_set_validity(X509 *certificate, long long not_before,
                                        long long not_after) {
  ASN1_TIME *before = ASN1_TIME_set(NULL, not_before);
  ASN1_TIME *after = ASN1_TIME_set(NULL, not_after);
  int set = before != NULL && after != NULL && X509_set1_notBefore(certificate, before) &&
            X509_set1_notAfter(certificate, after);
  ASN1_TIME_free(before);
  ASN1_TIME_free(after);
  return set;
}

// Seconds since 1970 of a certificate's end.
static inline long long copenssl_not_after(const X509 *certificate) {
  struct tm time;
  if (!ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &time)) return 0;
  return timegm(&time);
}

#endif
