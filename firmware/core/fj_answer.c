#include "fj_answer.h"

#include <math.h>

#include "fj_json.h"
#include "fj_time.h"

/// A whole number that is not negative and fits.
static bool read_count(fj_json *json, uint32_t *out) {
    double number;
    if (!fj_json_number(json, &number)) return false;
    if (!(number >= 0.0 && number <= (double)UINT32_MAX && floor(number) == number)) return false;
    *out = (uint32_t)number;
    return true;
}

static bool read_hundredths(fj_json *json, int16_t *out) {
    double number;
    if (!fj_json_number(json, &number)) return false;
    const double hundredths = floor(number * 100.0 + 0.5);
    if (!(hundredths >= -(double)FJ_RULE_LIMIT_MAX && hundredths <= (double)FJ_RULE_LIMIT_MAX)) return false;
    *out = (int16_t)hundredths;
    return true;
}

static bool read_delay(fj_json *json, uint32_t *out) {
    double seconds;
    if (!fj_json_number(json, &seconds) || !(seconds >= 0.0 && seconds <= FJ_RULE_DELAY_MAX_MS / 1000.0)) return false;
    *out = (uint32_t)(seconds * 1000.0 + 0.5);
    return true;
}

/// A rule as it comes, with what was said of it.
typedef struct wire_rule {
    fj_rule rule;
    bool has_vital, has_side, has_limit, has_delay;
    bool is_other;  // of a vital or a priority that is not the device's, or switched off
} wire_rule;

static bool read_vital(fj_json *json, wire_rule *wire) {
    fj_json_text text;
    fj_vital vital = FJ_VITAL_SPO2;
    if (!fj_json_string(json, &text)) return false;
    if (fj_vital_named(text.bytes, text.length, &vital) != FJ_OK) wire->is_other = true;
    wire->rule.vital = (uint8_t)vital;
    return wire->has_vital = true;
}

static bool read_side(fj_json *json, wire_rule *wire) {
    fj_json_text text;
    if (!fj_json_string(json, &text)) return false;
    wire->rule.side = fj_json_is(&text, "bas") ? FJ_SIDE_LOW : FJ_SIDE_HIGH;
    return wire->has_side = wire->rule.side == FJ_SIDE_LOW || fj_json_is(&text, "haut");
}

static bool read_level(fj_json *json, wire_rule *wire) {
    fj_json_text text;
    if (!fj_json_string(json, &text)) return false;
    if (fj_json_is(&text, "error")) wire->rule.level = FJ_ALARM_ERROR;
    else if (fj_json_is(&text, "warning")) wire->rule.level = FJ_ALARM_WARNING;
    else wire->is_other = true;
    return true;
}

static bool read_inclusion(fj_json *json, wire_rule *wire) {
    bool includes_limit;
    if (!fj_json_bool(json, &includes_limit)) return false;
    wire->rule.includes_limit = includes_limit;
    return true;
}

static bool read_limit(fj_json *json, wire_rule *wire) {
    wire->has_limit = true;
    if (fj_json_next_is(json, 'n')) return wire->is_other = fj_json_skip(json);
    return read_hundredths(json, &wire->rule.limit);
}

/// One rule. False: one that makes no sense.
static bool read_rule(fj_json *json, wire_rule *wire) {
    if (!fj_json_enter(json, '{')) return false;
    fj_json_text name;
    bool ok = true;
    while (ok && fj_json_member(json, &name)) {
        if (fj_json_is(&name, "type_donnee")) ok = read_vital(json, wire);
        else if (fj_json_is(&name, "cote")) ok = read_side(json, wire);
        else if (fj_json_is(&name, "niveau_gravite")) ok = read_level(json, wire);
        else if (fj_json_is(&name, "seuil")) ok = read_limit(json, wire);
        else if (fj_json_is(&name, "inclus")) ok = read_inclusion(json, wire);
        else if (fj_json_is(&name, "delai_s")) ok = wire->has_delay = read_delay(json, &wire->rule.delay_ms);
        else if (fj_json_is(&name, "hysteresis")) ok = read_hundredths(json, &wire->rule.hysteresis);
        else ok = fj_json_skip(json);
    }
    return ok && !json->failed && wire->has_vital && wire->has_side && wire->has_limit && wire->has_delay;
}

/// Reads on in a copy of the reader, so that rules which make no sense can still be passed over.
static bool read_rules(fj_json json, fj_rules *rules) {
    bool has_version = false, has_rules = false;
    fj_json_text name;
    rules->count = 0;
    if (!fj_json_enter(&json, '{')) return false;
    while (fj_json_member(&json, &name)) {
        if (fj_json_is(&name, "version")) {
            if (!(has_version = read_count(&json, &rules->version))) return false;
        } else if (fj_json_is(&name, "regles") && !has_rules) {
            has_rules = fj_json_enter(&json, '[');
            while (fj_json_element(&json)) {
                wire_rule wire = {0};
                if (!read_rule(&json, &wire)) return false;
                if (wire.is_other) continue;
                if (rules->count == FJ_RULES_MAX) return false;
                rules->rule[rules->count++] = wire.rule;
            }
        } else fj_json_skip(&json);
    }
    return !json.failed && has_version && has_rules && fj_rules_check(rules) == FJ_OK;
}

static bool count_elements(fj_json *json, uint32_t *out) {
    uint32_t count = 0;
    if (!fj_json_enter(json, '[')) return false;
    while (fj_json_element(json) && fj_json_skip(json)) count++;
    *out = count;
    return !json->failed;
}

static void read_member(fj_json *json, const fj_json_text *name, fj_answer *answer, bool *has_received) {
    fj_json_text text;
    if (fj_json_is(name, "recues")) {
        if (!(*has_received = read_count(json, &answer->received))) json->failed = true;
    } else if (fj_json_is(name, "doublons")) {
        if (!read_count(json, &answer->duplicates)) json->failed = true;
    } else if (fj_json_is(name, "brassard_ms")) {
        if (!read_count(json, &answer->cuff_ms)) json->failed = true;
        else if (answer->cuff_ms > FJ_ANSWER_CUFF_MAX_MS) answer->cuff_ms = FJ_ANSWER_CUFF_MAX_MS;
    } else if (fj_json_is(name, "rejetees")) {
        count_elements(json, &answer->rejected);
    } else if (fj_json_is(name, "heure_serveur") && fj_json_next_is(json, '"')) {
        if (!fj_json_string(json, &text)) return;
        answer->has_time = fj_time_parse(text.bytes, text.length, &answer->server_utc_ms) == FJ_OK;
    } else {
        if (fj_json_is(name, "limites")) answer->has_rules = read_rules(*json, &answer->rules);
        fj_json_skip(json);
    }
}

fj_error fj_answer_parse(const char *body, size_t length, fj_answer *out) {
    if (!body || !out) return FJ_ERROR_ARGUMENT;
    if (length > FJ_ANSWER_BODY_MAX) return FJ_ERROR_FORMAT;
    fj_json json = {.bytes = body, .length = length};
    fj_answer answer = {0};
    bool has_received = false;
    fj_json_text name;
    if (!fj_json_enter(&json, '{')) return FJ_ERROR_FORMAT;
    while (fj_json_member(&json, &name)) read_member(&json, &name, &answer, &has_received);
    if (!fj_json_end(&json) || !has_received) return FJ_ERROR_FORMAT;
    *out = answer;
    return FJ_OK;
}

fj_error fj_answer_retry_after(const char *text, size_t length, uint32_t *seconds) {
    if (!text || !seconds) return FJ_ERROR_ARGUMENT;
    uint32_t sum = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9') return FJ_ERROR_FORMAT;
        if (sum <= FJ_ANSWER_RETRY_AFTER_MAX_S) sum = sum * 10 + (uint32_t)(text[i] - '0');
    }
    if (length == 0) return FJ_ERROR_FORMAT;
    *seconds = sum < FJ_ANSWER_RETRY_AFTER_MAX_S ? sum : FJ_ANSWER_RETRY_AFTER_MAX_S;
    return FJ_OK;
}
