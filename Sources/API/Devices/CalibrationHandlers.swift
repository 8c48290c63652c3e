import Clinical
import Store

struct CalibrationBody: ObjectBody {
    let calibration: NewCalibration

    static let others = OtherMembers.refused(except: ["id", "par", "enregistre_le", "en_service"])
    init(_ fields: inout BodyFields) {
        let coefficient = FieldType<Double>.number(SpO2Curve.coefficients)
        let curve = SpO2Curve(
            a: fields.required("a", coefficient), b: fields.required("b", coefficient), c: fields.required("c", coefficient))
        calibration = NewCalibration(
            calibratedAt: fields.optional("le", .instant), reference: fields.required("reference", .text(1...120)), curve: curve,
            leastSpO2: fields.required("spo2_min", .integer(50...99)), greatestSpO2: fields.required("spo2_max", .integer(51...100)))
    }
}

/// Who compared a device when with which instrument, and what came of it.
extension Service {
    func listCalibrations(_ call: Call) throws -> Response {
        let page = try call.query.page { Int($0) }
        return try call.list(call.found(database.calibrations(of: call.number("id"), call.scope(), page)), page) { String($0.id) }
    }

    func addCalibration(_ call: Call, _ body: CalibrationBody) throws -> Response {
        let new = body.calibration
        guard new.curve.isPlausible else { throw Problem.invalid("c", .implausibleCurve) }
        guard new.leastSpO2 < new.greatestSpO2 else { throw Problem.invalid("spo2_max", .outOfRange) }
        if let at = new.calibratedAt, at > now() { throw Problem.invalid("le", .calibratedLater) }
        return try .json(call.found(database.addCalibration(new, to: call.number("id"), now: now(), call.scope())), status: 201)
    }

    func deleteCalibration(_ call: Call) throws -> Response {
        guard try database.deleteCalibration(call.number("etalonnage"), of: call.number("id"), call.scope()) else { throw Problem.notFound }
        return .noContent
    }
}
