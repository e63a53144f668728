/* dynamodb_link.c - the way to DynamoDB: who we are, and a client of the endpoint. */
#include "store/dynamodb.h"

#include "net/http_curl.h"

static void wake(void *user)
{
    struct http_client *client = user;

    client->operations->wake(client);
}

ddblock_status dynamodb_link_open(const ddblock_dynamodb_options *options,
                                  struct dynamodb_link *ret_link, ddblock_error *error)
{
    struct dynamodb_link link = {0};
    struct http_curl_options http = {.max_connections = options->max_connections};
    ddblock_status status;

    status = aws_session_open(options, &link.session, error);
    if (status != DDBLOCK_OK) {
        return status;
    }
    http.url = aws_session_url(link.session);
    http.ca_file = aws_session_ca_file(link.session);
    status = http_curl_open(&http, &link.client, error);
    if (status != DDBLOCK_OK) {
        dynamodb_link_close(&link, false);
        return status;
    }
    aws_session_notify(link.session, wake, link.client);
    *ret_link = link;
    return DDBLOCK_OK;
}

void dynamodb_link_close(struct dynamodb_link *link, bool forked)
{
    aws_session_destroy(link->session, forked); /* first: its thread wakes the client */
    if (link->client != NULL) {
        link->client->operations->destroy(link->client, forked);
    }
    *link = (struct dynamodb_link){0};
}
