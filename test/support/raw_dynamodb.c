/* raw_dynamodb.c - requests to DynamoDB's engines that the library would not make. */
#include "support/raw_dynamodb.h"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/testing.h"

static int connect_to(const char *endpoint)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    char host[64] = "";
    char port[8] = "";
    int fd;

    assert_int_equal(sscanf(endpoint, "http://%63[^:/]:%7[0-9]", host, port), 2);
    assert_int_equal(getaddrinfo(host, port, &hints, &found), 0);
    fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, found->ai_addr, found->ai_addrlen), 0);
    freeaddrinfo(found);
    return fd;
}

static void send_all(int fd, const char *text)
{
    size_t size = strlen(text);

    while (size > 0) {
        ssize_t sent = send(fd, text, size, MSG_NOSIGNAL);

        assert_true(sent > 0);
        text += sent;
        size -= (size_t)sent;
    }
}

static void receive_all(int fd, char *text, size_t size)
{
    size_t used = 0;
    ssize_t got;

    while ((got = recv(fd, text + used, size - 1 - used, 0)) > 0) {
        used += (size_t)got;
    }
    assert_int_equal(got, 0);
    assert_true(used < size - 1);
    text[used] = '\0';
}

int raw_dynamodb_ask(const char *endpoint, const char *operation, const char *body, char *reply,
                     size_t reply_size)
{
    char head[1024];
    static char answer[65536];
    const char *content;
    int fd = connect_to(endpoint);
    int status = 0;

    snprintf(head, sizeof(head),
             "POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
             "Content-Type: application/x-amz-json-1.0\r\nContent-Length: %zu\r\n"
             "X-Amz-Target: DynamoDB_20120810.%s\r\nX-Amz-Date: 20260101T000000Z\r\n"
             "Authorization: AWS4-HMAC-SHA256 Credential=" RAW_ACCESS_KEY_ID "/20260101/" RAW_REGION
             "/dynamodb/aws4_request, SignedHeaders=host;x-amz-date, Signature=0\r\n\r\n",
             strlen(body), operation);
    send_all(fd, head);
    send_all(fd, body);
    receive_all(fd, answer, sizeof(answer));
    assert_int_equal(close(fd), 0);
    content = strstr(answer, "\r\n\r\n");
    if (sscanf(answer, "HTTP/1.1 %d", &status) != 1 || content == NULL) {
        fail_msg("%s %s: %s", operation, body, answer);
    }
    snprintf(reply, reply_size, "%s", content + 4);
    return status;
}

void raw_dynamodb(const char *endpoint, const char *operation, const char *body, char *reply,
                  size_t reply_size)
{
    if (raw_dynamodb_ask(endpoint, operation, body, reply, reply_size) != 200) {
        fail_msg("%s %s: %s", operation, body, reply);
    }
}
