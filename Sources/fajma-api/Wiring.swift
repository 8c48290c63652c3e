import API
import FastCGI

struct ServingFailed: Error, CustomStringConvertible {
    let description = "cannot serve any more, see the log"
}

extension API.Request {
    init(_ request: FastCGI.Request) {
        self.init(
            method: request.method, path: request.path, prefix: request.param("FAJMA_PREFIX") ?? "", query: request.query,
            isSecure: request.isSecure, address: request.remoteAddress, id: request.requestID, body: request.body,
            headers: { name in name == "Content-Type" ? request.contentType : request.header(name) })
    }
}

extension FastCGI.Response {
    init(_ response: API.Response) {
        self.init(status: response.status, headers: response.headers, body: response.body)
    }
}
