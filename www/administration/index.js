import { AccountSection } from "./account-section.js";
import { AdministrationPage } from "./administration-page.js";
import { AlarmSection } from "./alarm-section.js";
import { AssignmentList } from "./assignment-list.js";
import { AuditSection } from "./audit-section.js";
import { AuditTable } from "./audit-table.js";
import { DeviceSection } from "./device-section.js";
import { KeyNotice } from "./key-notice.js";
import { KeySection } from "./key-section.js";
import { PatientSection } from "./patient-section.js";
import { SessionList } from "./session-list.js";
import { WardSection } from "./ward-section.js";

/** The custom elements of this folder, by tag name; app.js defines them. */
export const elements = {
  "account-section": AccountSection, "administration-page": AdministrationPage, "alarm-section": AlarmSection,
  "assignment-list": AssignmentList, "audit-section": AuditSection, "audit-table": AuditTable, "device-section": DeviceSection,
  "key-notice": KeyNotice, "key-section": KeySection, "patient-section": PatientSection, "session-list": SessionList, "ward-section": WardSection,
};
