#include <fcgiapp.h>
#include <pthread.h>
#include <sys/socket.h>

// glibc shows these two only under _GNU_SOURCE, which a module map cannot set.
extern int accept4(int, struct sockaddr *, socklen_t *, int);
extern int pthread_setname_np(pthread_t, const char *);
