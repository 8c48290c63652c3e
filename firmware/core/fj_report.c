#include "fj_report.h"

#include <string.h>

#include "fj_time.h"

// No printf: its floating point brings 20 KB, a heap and a locale with it.

static void put_bytes(fj_report *report, const char *bytes, size_t length) {
    // Past the end only the length grows, so that who finishes sees it.
    if (report->length <= report->capacity && length <= report->capacity - report->length) memcpy(report->body + report->length, bytes, length);
    report->length += length;
}

static void put(fj_report *report, const char *text) { put_bytes(report, text, strlen(text)); }

static void put_unsigned(fj_report *report, uint64_t number) {
    char digits[20];
    size_t at = sizeof digits;
    do digits[--at] = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    put_bytes(report, digits + at, sizeof digits - at);
}

static void put_signed(fj_report *report, int64_t number) {
    if (number < 0) put(report, "-");
    put_unsigned(report, number < 0 ? 0u - (uint64_t)number : (uint64_t)number);
}

/// 9725 is 97.25, 9720 is 97.2, 9700 is 97.
static void put_hundredths(fj_report *report, int32_t hundredths) {
    const uint32_t size = hundredths < 0 ? 0u - (uint32_t)hundredths : (uint32_t)hundredths;
    if (hundredths < 0) put(report, "-");
    put_unsigned(report, size / 100);
    if (size % 100 == 0) return;
    put(report, ".");
    put_unsigned(report, size % 100 / 10);
    if (size % 10 != 0) put_unsigned(report, size % 10);
}

static void put_time(fj_report *report, uint64_t utc_ms) {
    char text[FJ_TIME_CHARACTERS];
    fj_time_format(utc_ms, text);  // callers have checked the range
    put(report, "\"");
    put_bytes(report, text, sizeof text);
    put(report, "\"");
}

static void put_text(fj_report *report, const char *text) {
    put(report, "\"");
    for (size_t i = 0; i < FJ_REPORT_TEXT_MAX && text[i]; i++) {
        const char c = text[i];
        const bool plain = c >= ' ' && c <= '~' && c != '"' && c != '\\';
        put_bytes(report, plain ? &c : "?", 1);
    }
    put(report, "\"");
}

fj_error fj_report_begin(fj_report *report, char *body, size_t capacity) {
    if (!report || !body || capacity < FJ_REPORT_BODY_MIN) return FJ_ERROR_ARGUMENT;
    *report = (fj_report){.body = body, .capacity = capacity < FJ_REPORT_BODY_MAX ? capacity : FJ_REPORT_BODY_MAX};
    put(report, "{\"mesures\":[");
    return FJ_OK;
}

static void put_reading(fj_report *report, unsigned vital, const fj_record *record, uint64_t age_ms) {
    const fj_vital_properties *properties = fj_vital_of(vital);
    put(report, report->readings > 0 ? ",{\"type_donnee\":\"" : "{\"type_donnee\":\"");
    put(report, properties->name);
    put(report, "\",\"valeur\":");
    put_hundredths(report, record->value[vital]);
    put(report, ",\"unite\":\"");
    put(report, properties->unit);
    if (record->utc_ms > 0) {
        put(report, "\",\"timestamp\":");
        put_time(report, record->utc_ms);
    } else {
        put(report, "\",\"age_ms\":");
        put_unsigned(report, age_ms);
    }
    put(report, "}");
    report->readings++;
}

fj_error fj_report_add(fj_report *report, const fj_record *record, uint64_t now_ms) {
    if (!report || !report->body || !record) return FJ_ERROR_ARGUMENT;
    if (record->utc_ms > FJ_TIME_MAX) return FJ_ERROR_RANGE;
    const uint64_t age_ms = now_ms - record->t_ms;
    if (record->utc_ms == 0 && (record->t_ms > now_ms || age_ms > FJ_REPORT_AGE_MAX_MS)) return FJ_ERROR_RANGE;
    const fj_report before = *report;
    for (unsigned i = 0; i < FJ_VITAL_COUNT; i++)
        if (record->value[i] != FJ_RECORD_ABSENT) put_reading(report, i, record, age_ms);
    if (report->readings > FJ_REPORT_READINGS_MAX || report->length > report->capacity - FJ_REPORT_STATE_BYTES) {
        *report = before;
        return FJ_ERROR_SPACE;
    }
    report->records++;
    return FJ_OK;
}

/// In hundred-thousandths, which is more than a coefficient is known to.
static void put_coefficient(fj_report *report, float number) {
    const int64_t parts = (int64_t)(number * 1e5f + (number < 0.0f ? -0.5f : 0.5f));
    const uint64_t size = (uint64_t)(parts < 0 ? -parts : parts);
    if (parts < 0) put(report, "-");
    put_unsigned(report, size / 100000u);
    put(report, ".");
    for (uint64_t place = 10000u, rest = size % 100000u; place > 0; rest %= place, place /= 10u) put_unsigned(report, rest / place);
}

static void put_curve(fj_report *report, const fj_spo2_curve *curve) {
    put(report, ",\"courbe\":[");
    put_coefficient(report, curve->a);
    put(report, ",");
    put_coefficient(report, curve->b);
    put(report, ",");
    put_coefficient(report, curve->c);
    put(report, "]");
}

static void put_details(fj_report *report, const fj_report_state *state) {
    if (state->reset_reason && state->reset_reason[0]) {
        put(report, ",\"cause_demarrage\":");
        put_text(report, state->reset_reason);
    }
    put(report, ",\"memoire_libre\":");
    put_unsigned(report, state->free_heap);
    put(report, ",\"perdues\":");
    put_unsigned(report, state->dropped);
    if (state->has_curve) put_curve(report, &state->curve);
}

static void put_detached(fj_report *report, uint32_t detached) {
    const char *lead = ",\"detaches\":[\"";
    for (unsigned i = 0; i < FJ_VITAL_COUNT; i++) {
        if (!(detached >> i & 1u)) continue;
        put(report, lead);
        put(report, fj_vital_of(i)->name);
        put(report, "\"");
        lead = ",\"";
    }
    put(report, "]");
}

/// Nothing where every vital has its value.
static void put_reasons(fj_report *report, const fj_reason reason[FJ_VITAL_COUNT]) {
    bool has_any = false;
    for (unsigned i = 0; i < FJ_VITAL_COUNT; i++) {
        const char *name = fj_reason_wire_name(reason[i]);
        if (!name) continue;
        put(report, has_any ? ",\"" : ",\"raisons\":{\"");
        put(report, fj_vital_of(i)->name);
        put(report, "\":\"");
        put(report, name);
        put(report, "\"");
        has_any = true;
    }
    if (has_any) put(report, "}");
}

/// RFC 4648 with padding.
static void put_base64(fj_report *report, const int8_t *bytes, size_t count) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < count; i += 3) {
        uint32_t group = 0;
        for (size_t j = 0; j < 3; j++) group = group << 8 | (i + j < count ? (uint8_t)bytes[i + j] : 0u);
        char text[4];
        for (size_t j = 0; j < 4; j++) text[j] = i + j > count ? '=' : digits[group >> (18 - 6 * j) & 63u];
        put_bytes(report, text, sizeof text);
    }
}

static void put_causes(fj_report *report, const char *name, uint8_t causes) {
    static const char *const cause[] = {"spo2", "heart_rate", "pouls_introuvable"};
    const char *lead = "\"";
    put(report, "\"");
    put(report, name);
    put(report, "\":[");
    for (unsigned i = 0; i < sizeof cause / sizeof *cause; i++) {
        if (!(causes >> i & 1u)) continue;
        put(report, lead);
        put(report, cause[i]);
        put(report, "\"");
        lead = ",\"";
    }
    put(report, "],");
}

static void put_trace(fj_report *report, const fj_trace *trace, uint64_t age_ms) {
    put(report, ",\"trace\":{");
    put_causes(report, "debut", trace->begun);
    put_causes(report, "fin", trace->ended);
    if (trace->utc_ms > 0) {
        put(report, "\"timestamp\":");
        put_time(report, trace->utc_ms);
    } else {
        put(report, "\"age_ms\":");
        put_unsigned(report, age_ms);
    }
    put(report, ",\"cadence\":");
    put_hundredths(report, trace->rate_hundredths);
    put(report, ",\"pas\":");
    put_unsigned(report, trace->step);
    put(report, ",\"ir\":\"");
    put_base64(report, trace->difference, trace->count);
    put(report, "\"}");
}

fj_error fj_report_end(fj_report *report, const fj_report_state *state, size_t *length) {
    if (!report || !report->body || !state || !length) return FJ_ERROR_ARGUMENT;
    if (state->utc_ms > FJ_TIME_MAX) return FJ_ERROR_RANGE;
    put(report, "],\"etat\":{\"demarrage\":");
    put_unsigned(report, state->boot);
    put(report, ",\"sequence\":");
    put_unsigned(report, state->sequence);
    if (state->battery != FJ_REPORT_UNKNOWN) {
        put(report, ",\"batterie\":");
        put_signed(report, state->battery);
    }
    if (state->rssi != FJ_REPORT_UNKNOWN) {
        put(report, ",\"rssi\":");
        put_signed(report, state->rssi);
    }
    if (state->firmware && state->firmware[0]) {
        put(report, ",\"firmware\":");
        put_text(report, state->firmware);
    }
    put(report, ",\"limites\":");
    put_unsigned(report, state->rules_version);
    if (state->utc_ms > 0) {
        put(report, ",\"heure\":");
        put_time(report, state->utc_ms);
    }
    if (state->has_details) put_details(report, state);
    if (state->detached & ((1u << FJ_VITAL_COUNT) - 1u)) put_detached(report, state->detached);
    put_reasons(report, state->reason);
    if (state->is_inverted) put(report, ",\"inverse\":true");
    if (state->trace && state->trace->utc_ms <= FJ_TIME_MAX) put_trace(report, state->trace, state->trace_age_ms);
    put(report, "}}");
    // Cannot be: fj_report_add kept FJ_REPORT_STATE_BYTES free. But never overflowing is worth a line.
    if (report->length > report->capacity) return FJ_ERROR_SPACE;
    *length = report->length;
    return FJ_OK;
}
