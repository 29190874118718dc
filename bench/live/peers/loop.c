/* The limit: a bare C program that writes one websocket frame to every viewer, one write() each.
 *
 *     loop PORT SIZE SNDBUF
 *
 * It answers every handshake alike, looks at nobody's request and keeps nothing of anybody but the socket; SNDBUF 0
 * leaves the kernel's own buffers. A viewer asks for "/watch"; whoever asks for "/go" has the frame written to all
 * with whatever it says.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST = 1 << 16 };
static const char ACCEPTED[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                               "Sec-WebSocket-Accept: ICX+Yqv66kxgM0FcWaLWlFLwTAI=\r\n\r\n";
static int viewers[MOST], number, going = -1;
static char greeted[MOST];

static void leave(int fd) {
    for (int i = 0; i < number; i++)
        if (viewers[i] == fd) viewers[i] = viewers[--number];
    greeted[fd] = 0;
    close(fd);
}

int main(int count, char **given) {
    if (count != 4) return 2;
    int listening = socket(AF_INET, SOCK_STREAM, 0), yes = 1, buffered = atoi(given[3]), poller = epoll_create1(0);
    size_t size = (size_t)atoi(given[2]), framed = size + (size < 126 ? 2 : 4);
    unsigned char *frame = malloc(framed);
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    signal(SIGPIPE, SIG_IGN);
    memset(frame, 'x', framed);
    frame[0] = 0x81;
    frame[1] = size < 126 ? (unsigned char)size : 126;
    if (size >= 126) frame[2] = (unsigned char)(size >> 8), frame[3] = (unsigned char)size;
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(given[1]))};
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(listening, (struct sockaddr *)&at, sizeof at) || listen(listening, 8192)) return 1;
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listening}, events[1024];
    epoll_ctl(poller, EPOLL_CTL_ADD, listening, &event);
    for (;;) {
        int some = epoll_wait(poller, events, 1024, -1);
        for (int i = 0; i < some; i++) {
            int fd = events[i].data.fd;
            char said[4096];
            if (fd == listening) {
                int fresh = accept4(listening, NULL, NULL, SOCK_NONBLOCK);
                if (fresh < 0 || fresh >= MOST) continue;
                setsockopt(fresh, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
                event.data.fd = fresh;
                epoll_ctl(poller, EPOLL_CTL_ADD, fresh, &event);
                continue;
            }
            ssize_t got = recv(fd, said, sizeof said, 0);
            if (got <= 0) {
                leave(fd);
            } else if (!greeted[fd]) {
                greeted[fd] = 1;
                if (send(fd, ACCEPTED, sizeof ACCEPTED - 1, 0) < 0) leave(fd);
                else if (!strncmp(said, "GET /go ", 8)) going = fd;
                else {
                    if (buffered) setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffered, sizeof buffered);
                    viewers[number++] = fd;
                }
            } else if (fd == going) {
                for (int each = 0; each < number; each++)
                    if (write(viewers[each], frame, framed) != (ssize_t)framed) return 3;
            }
        }
    }
}
