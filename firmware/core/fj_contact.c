#include "fj_contact.h"

/// More samples than may be outliers.
static bool decides(uint32_t count, uint32_t samples) { return count > samples / FJ_CONTACT_OUTLIERS; }

static fj_contact_state judge(const fj_contact *contact, const fj_contact_second *second) {
    if (decides(second->saturated, second->samples)) return FJ_CONTACT_SATURATED;
    const bool was_on = contact->state == FJ_CONTACT_ON || contact->state == FJ_CONTACT_SATURATED;
    return decides(was_on ? second->under_off : second->under_on, second->samples) ? FJ_CONTACT_OFF : FJ_CONTACT_ON;
}

static void follow_level(fj_contact *contact, float level, bool is_low) {
    const float fall = contact->before[1] - level;
    if (!is_low) contact->fell_suddenly = false;
    if (fall > FJ_CONTACT_SUDDEN_FALL * contact->before[1] && fall > FJ_CONTACT_SUDDEN_PART * contact->usual) contact->fell_suddenly = true;
    contact->usual = contact->usual > 0.0f ? contact->usual + (level - contact->usual) / FJ_CONTACT_USUAL_S : level;
    contact->before[1] = contact->before[0];
    contact->before[0] = level;
}

bool fj_contact_next(fj_contact *contact, const fj_contact_second *second) {
    if (!contact || !second || second->samples == 0) return false;
    const fj_contact_state seen = judge(contact, second);
    follow_level(contact, second->level, seen == FJ_CONTACT_OFF);
    contact->agreed = (uint8_t)(seen != contact->candidate ? 1 : contact->agreed < UINT8_MAX ? contact->agreed + 1 : UINT8_MAX);
    contact->candidate = seen;
    const unsigned needed = contact->state == FJ_CONTACT_UNKNOWN ? 1u : seen == FJ_CONTACT_ON ? FJ_CONTACT_ON_S : FJ_CONTACT_OFF_S;
    if (contact->agreed >= needed) contact->state = seen;
    return seen == FJ_CONTACT_ON;
}
