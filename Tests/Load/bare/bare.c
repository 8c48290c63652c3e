// The "limit" of `make bench`: a FastCGI responder on plain libfcgi that reads a request's body, answers 201 with a
// small JSON and does nothing else. Usage: bare SOCKET THREADS. No error handling beyond what keeps it measuring.
#include <fcgiapp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { BACKLOG = 1024, MAX_THREADS = 1024, CHUNK = 65536 };

static const char ANSWER[] =
    "Status: 201 Created\r\n"
    "Content-Type: application/json\r\n"
    "Content-Length: 45\r\n"
    "\r\n"
    "{\"recues\":3,\"doublons\":0,\"rejetees\":[],\"a\":1}";

static int listening;

static void *serve(void *unused) {
    (void)unused;
    FCGX_Request request;
    char chunk[CHUNK];
    FCGX_InitRequest(&request, listening, 0);
    while (FCGX_Accept_r(&request) == 0) {
        while (FCGX_GetStr(chunk, sizeof chunk, request.in) == (int)sizeof chunk) {
        }
        FCGX_PutStr(ANSWER, (int)sizeof ANSWER - 1, request.out);
        FCGX_Finish_r(&request);
    }
    return NULL;
}

int main(int argc, char **argv) {
    int threads = argc == 3 ? atoi(argv[2]) : 0;
    if (threads < 1 || threads > MAX_THREADS) {
        fprintf(stderr, "usage: bare SOCKET THREADS (1 to %d)\n", MAX_THREADS);
        return 64;
    }
    FCGX_Init();
    signal(SIGPIPE, SIG_IGN);
    // libfcgi would only note SIGTERM in the thread that receives it; the bench wants the process gone.
    signal(SIGTERM, SIG_DFL);
    listening = FCGX_OpenSocket(argv[1], BACKLOG);
    if (listening < 0) return 1;
    // nginx's workers may run as another user; this socket lives as long as one measurement.
    chmod(argv[1], 0666);
    for (int i = 1; i < threads; i++) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, serve, NULL) != 0) return 1;
    }
    serve(NULL);
    return 0;
}
