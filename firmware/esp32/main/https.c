#include "https.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "authorities.h"
#include "esp_check.h"
#include "esp_log.h"
#include "fj_answer.h"

static const char tag[] = "https";

/// An answer that is being received, into the caller's memory.
typedef struct answer {
    char *text;
    size_t capacity, length;
    bool is_cut;
    uint32_t retry_after_s;
} answer;

/// The connection for reports.
typedef struct connection {
    const fj_setup *setup;
    esp_http_client_handle_t client;
    const char *authorities;  // those it was made with
    answer answer;
} connection;

static void take_data(answer *answer, const esp_http_client_event_t *event) {
    const size_t room = answer->capacity - answer->length, length = (size_t)event->data_len;
    if (length > room) answer->is_cut = true;
    memcpy(answer->text + answer->length, event->data, length < room ? length : room);
    answer->length += length < room ? length : room;
}

static esp_err_t on_event(esp_http_client_event_t *event) {
    answer *answer = event->user_data;
    if (event->event_id == HTTP_EVENT_ON_DATA) take_data(answer, event);
    if (event->event_id == HTTP_EVENT_ON_HEADER && strcasecmp(event->header_key, "Retry-After") == 0)
        fj_answer_retry_after(event->header_value, strlen(event->header_value), &answer->retry_after_s);
    return ESP_OK;
}

esp_err_t https_configure(const fj_setup *setup, const char *path, char *url, esp_http_client_config_t *config) {
    const bool is_plain = strncmp(setup->url, "https://", 8) != 0;
    const char *authorities = authorities_pem();
    // Without an authority the library would connect to anybody.
    if (!is_plain && authorities[0] == 0) return ESP_ERR_INVALID_STATE;
    const int length = snprintf(url, HTTPS_URL_MAX, "%s%s", setup->url, path);
    if (length < 0 || (size_t)length >= HTTPS_URL_MAX) return ESP_ERR_INVALID_SIZE;
    *config = (esp_http_client_config_t){
        .url = url,
        .cert_pem = is_plain ? NULL : authorities,
        .timeout_ms = HTTPS_WAIT_MAX_MS,
        .disable_auto_redirect = true,    // the key goes to this server and to no other
        .max_authorization_retries = -1,  // 401 is the core's to judge
        .keep_alive_enable = true,
    };
    return ESP_OK;
}

static void drop_client(connection *connection) {
    if (connection->client) esp_http_client_cleanup(connection->client);
    connection->client = NULL;
}

static esp_err_t make_client(connection *connection) {
    if (connection->client && connection->authorities == authorities_pem()) return ESP_OK;
    drop_client(connection);
    char url[HTTPS_URL_MAX], authorization[sizeof "Bearer " + FJ_SETUP_KEY_MAX];
    esp_http_client_config_t config;
    ESP_RETURN_ON_ERROR(https_configure(connection->setup, "api/iot/data/", url, &config), tag, "no authority to trust");
    connection->authorities = authorities_pem();
    config.method = HTTP_METHOD_POST;
#ifdef CONFIG_ESP_TLS_CLIENT_SESSION_TICKETS
    config.save_client_session = true;  // a connection that broke comes back without a whole handshake
#endif
    config.event_handler = on_event;
    config.user_data = &connection->answer;
    connection->client = esp_http_client_init(&config);
    ESP_RETURN_ON_FALSE(connection->client, ESP_ERR_NO_MEM, tag, "no memory for a connection");
    snprintf(authorization, sizeof authorization, "Bearer %s", connection->setup->key);
    esp_err_t error = esp_http_client_set_header(connection->client, "Authorization", authorization);
    if (error == ESP_OK) error = esp_http_client_set_header(connection->client, "Content-Type", "application/json");
    if (error != ESP_OK) drop_client(connection);
    return error;
}

static void post(void *context, const char *body, size_t length, port_reply *reply) {
    connection *connection = context;
    *reply = (port_reply){0};
    answer *answer = &connection->answer;
    answer->length = answer->retry_after_s = 0;
    answer->is_cut = false;
    if (make_client(connection) != ESP_OK) return;
    esp_err_t error = esp_http_client_set_post_field(connection->client, body, (int)length);
    if (error == ESP_OK) error = esp_http_client_perform(connection->client);
    if (error != ESP_OK) {
        ESP_LOGW(tag, "report: %s", esp_err_to_name(error));
        esp_http_client_close(connection->client);
        return;
    }
    reply->status = (uint16_t)esp_http_client_get_status_code(connection->client);
    reply->retry_after_s = answer->retry_after_s;
    reply->body = answer->text;
    reply->length = answer->length;
    if (answer->is_cut) ESP_LOGW(tag, "the answer is too long");
}

esp_err_t https_open(const fj_setup *setup, port_server *server) {
    static char text[HTTPS_ANSWER_MAX];
    static connection reports;
    reports = (connection){.setup = setup, .answer = {.text = text, .capacity = sizeof text}};
    server->context = &reports;
    server->post = post;
    return ESP_OK;
}

esp_err_t https_get(const fj_setup *setup, const char *path, const char *authority, char *text, size_t capacity) {
    answer answer = {.text = text, .capacity = capacity - 1};
    char url[HTTPS_URL_MAX];
    esp_http_client_config_t config;
    ESP_RETURN_ON_ERROR(https_configure(setup, path, url, &config), tag, "no authority to trust");
    config.cert_pem = authority;
    config.event_handler = on_event;
    config.user_data = &answer;
    esp_http_client_handle_t client = esp_http_client_init(&config);
    ESP_RETURN_ON_FALSE(client, ESP_ERR_NO_MEM, tag, "no memory for a connection");
    esp_err_t error = esp_http_client_perform(client);
    if (error == ESP_OK && esp_http_client_get_status_code(client) != HttpStatus_Ok) error = ESP_ERR_NOT_FOUND;
    if (error == ESP_OK && answer.is_cut) error = ESP_ERR_INVALID_SIZE;
    esp_http_client_cleanup(client);
    text[answer.length] = 0;
    return error;
}
