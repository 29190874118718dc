/* Very many viewers in one process: it opens websockets, reads what comes, and says when everybody has it.
 *
 *     crowd PORT VIEWERS LEAST HELLO READY THEN ANSWER GO_PORT GO_HELLO GO_READY GO
 *
 * Texts are written in hexadecimal, empty as "-". A viewer connects to PORT, says HELLO, waits for READY, says THEN
 * and waits for ANSWER. GO is said once a round on a connection of its own. Websocket frames of at least LEAST bytes
 * of payload are deliveries; pings are answered. Commands come line by line, one line of JSON answers each:
 *
 *     open           connect everybody
 *     run N GAP      N rounds in a closed loop: the next begins when everybody has the last one, and not earlier
 *                    than GAP microseconds after it began
 *     hold SECONDS   only read, for so long
 *     note SECONDS FILE   the same, and keep of each delivery the number behind "version": and the moment it came:
 *                    all numbers, then all moments, as int64 and double. It looks once a millisecond: to wake this
 *                    process for each frame would cost the server's processor what viewers in a hall do not
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTING, GREETING, ASKING, OPEN, GONE };
enum { AT_ONCE = 256, BUFFER = 1 << 16, BIN_US = 10, BINS = 1 << 20, PATIENCE_S = 60, ROUND_US = 1000 };

struct text { unsigned char *at; size_t size; };

struct viewer {
    int fd;
    uint8_t phase, head_size, answered;
    uint8_t head[14];
    uint16_t matched;
    uint64_t left;     /* of the frame that is being read */
    uint64_t payload;  /* its size */
    uint8_t first[125]; /* bytes of it: what a pong repeats, and where a board says its version */
};

static struct viewer *viewers, control;
static int number, poller, opened, gone, missing;
static uint64_t least, deliveries, bytes;
static uint32_t *bins;
static struct text hello, ready, then_say, answer, go_hello, go_ready, go;
static unsigned char buffer[BUFFER];
static double began, *moments;
static int64_t *versions;
static size_t noted, room; /* room: none while nothing is noted */
static int control_pings; /* its server speaks websocket there too, and gives up who does not answer pings */

static double now(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static void fail(const char *why) {
    printf("{\"failed\": \"%s: %s\"}\n", why, strerror(errno));
    exit(1);
}

static struct text from_hex(const char *hex) {
    struct text made = {malloc(strlen(hex) / 2 + 1), 0};
    unsigned byte;
    if (strcmp(hex, "-"))
        for (; sscanf(hex, "%2x", &byte) == 1; hex += 2) made.at[made.size++] = (unsigned char)byte;
    return made;
}

static void say(struct viewer *to, struct text what) {
    if (what.size && send(to->fd, what.at, what.size, MSG_NOSIGNAL) != (ssize_t)what.size) fail("say");
}

static void join(struct viewer *one, int port) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int yes = 1;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    memset(one, 0, sizeof *one);
    one->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (one->fd < 0) fail("socket");
    setsockopt(one->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (connect(one->fd, (struct sockaddr *)&to, sizeof to) && errno != EINPROGRESS) fail("connect");
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT, .data.ptr = one};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, one->fd, &event)) fail("epoll");
}

static void only_read(struct viewer *one) {
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = one};
    epoll_ctl(poller, EPOLL_CTL_MOD, one->fd, &event);
}

static void left(struct viewer *one) {
    close(one->fd);
    one->phase = GONE;
    if (one == &control) fail("the control connection was closed");
    gone++;
}

static void note(const struct viewer *one) {
    static const char marker[] = "\"version\":";
    size_t size = one->payload < sizeof one->first ? one->payload : sizeof one->first;
    const char *at = memmem(one->first, size, marker, sizeof marker - 1);
    if (!at) return;
    if (noted == room) {
        room *= 2;
        versions = realloc(versions, room * sizeof *versions), moments = realloc(moments, room * sizeof *moments);
        if (!versions || !moments) fail("memory");
    }
    versions[noted] = 0;
    for (at += sizeof marker - 1; at < (const char *)one->first + size && *at >= '0' && *at <= '9'; at++)
        versions[noted] = versions[noted] * 10 + (*at - '0');
    moments[noted++] = now();
}

static void delivered(const struct viewer *one) {
    if (room) note(one);
    uint64_t bin = (uint64_t)((now() - began) * 1e6) / BIN_US;
    bins[bin < BINS ? bin : BINS - 1]++;
    deliveries++;
    missing--;
}

static void frame_ended(struct viewer *one) {
    int kind = one->head[0] & 15;
    if (kind == 9) { /* answer a ping: masked with zeros, so the payload stays as it is */
        unsigned char pong[131] = {0x8a, (unsigned char)(0x80 | one->payload)};
        memcpy(pong + 6, one->first, one->payload);
        send(one->fd, pong, 6 + one->payload, MSG_NOSIGNAL);
    } else if (kind < 3 && one->payload >= least && one != &control) {
        delivered(one);
    }
    one->head_size = 0;
}

static void read_frames(struct viewer *one, const unsigned char *at, size_t size) {
    while (size) {
        if (one->left) {
            size_t part = size < one->left ? size : one->left;
            size_t done = one->payload - one->left, more = done < sizeof one->first ? sizeof one->first - done : 0;
            if (more) memcpy(one->first + done, at, part < more ? part : more);
            one->left -= part, at += part, size -= part;
            if (!one->left) frame_ended(one);
            continue;
        }
        one->head[one->head_size++] = *at++, size--;
        if (one->head_size < 2) continue;
        int length = one->head[1] & 127, whole = length < 126 ? 2 : length == 126 ? 4 : 10;
        if (one->head_size < whole) continue;
        one->payload = length < 126 ? (uint64_t)length : 0;
        for (int i = 2; i < whole; i++) one->payload = one->payload << 8 | one->head[i];
        one->left = one->payload;
        if (!one->left) frame_ended(one);
    }
}

/* Look for a marker in what comes; returns how many bytes were used, and whether it was found in `found`. */
static size_t look_for(struct viewer *one, struct text marker, const unsigned char *at, size_t size, int *found) {
    for (size_t i = 0; i < size; i++) {
        if (at[i] == marker.at[one->matched]) one->matched++;
        else one->matched = at[i] == marker.at[0];
        if (one->matched == marker.size) {
            one->matched = 0, *found = 1;
            return i + 1;
        }
    }
    return size;
}

static void entered(struct viewer *one) {
    one->phase = OPEN;
    if (one != &control) opened++;
}

static void greeted(struct viewer *one, const unsigned char *at, size_t size) {
    int found = 0, mine = one == &control;
    if (one->phase == GREETING) {
        size_t used = look_for(one, mine ? go_ready : ready, at, size, &found);
        if (!found) return;
        at += used, size -= used;
        if (mine || !then_say.size) {
            entered(one);
        } else {
            say(one, then_say);
            one->phase = ASKING;
            one->answered = !answer.size;
        }
    }
    if (!size || (mine && !control_pings)) return;
    if (one->phase == ASKING && !one->answered) {
        found = 0;
        look_for(one, answer, at, size, &found);
        one->answered = (uint8_t)found;
    }
    read_frames(one, at, size);
    /* The frame that answers has to be complete, or its rest would be counted as a delivery. */
    if (one->phase == ASKING && one->answered && !one->left && !one->head_size) entered(one);
}

static void happens(struct viewer *one, uint32_t events) {
    if (one->phase == CONNECTING && (events & EPOLLOUT)) {
        only_read(one);
        one->phase = GREETING;
        say(one, one == &control ? go_hello : hello);
    }
    if (!(events & (EPOLLIN | EPOLLHUP | EPOLLERR))) return;
    ssize_t got = recv(one->fd, buffer, BUFFER, 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
        left(one);
        return;
    }
    bytes += (uint64_t)got;
    if (one->phase == OPEN) {
        if (one != &control || control_pings) read_frames(one, buffer, (size_t)got);
    } else {
        greeted(one, buffer, (size_t)got);
    }
}

static void turn(int most_ms) {
    static struct epoll_event events[1024];
    int some = epoll_wait(poller, events, 1024, most_ms);
    for (int i = 0; i < some; i++) happens(events[i].data.ptr, events[i].events);
}

static double percentile(double share) {
    uint64_t rank = (uint64_t)((double)deliveries * share), seen = 0;
    for (uint64_t bin = 0; bin < BINS; bin++)
        if ((seen += bins[bin]) > rank) return ((double)bin + 0.5) * BIN_US / 1000;
    return 0;
}

static void forget(void) {
    memset(bins, 0, BINS * sizeof *bins);
    deliveries = bytes = 0;
}

static void open_all(int port, int go_port) {
    double start = now();
    int joined = 0;
    if (go_port) {
        join(&control, go_port);
        while (control.phase != OPEN) turn(100);
    }
    while (opened + gone < number) {
        while (joined < number && joined - opened - gone < AT_ONCE) join(&viewers[joined++], port);
        turn(100);
        if (now() - start > PATIENCE_S * 2) fail("not everybody came in");
    }
    printf("{\"opened\": %d, \"gone\": %d, \"seconds\": %.6f}\n", opened, gone, now() - start);
}

static void run(long rounds, double gap) {
    forget();
    double start = now();
    for (long round = 0; round < rounds; round++) {
        began = now();
        missing = number;
        say(&control, go);
        while (missing > 0) {
            turn(1000);
            if (gone) fail("a viewer was cut off");
            if (now() - began > PATIENCE_S) fail("a frame did not come");
        }
        for (double rest; (rest = began + gap - now()) > 0;) turn((int)(rest * 1000) + 1);
    }
    printf("{\"rounds\": %ld, \"deliveries\": %lu, \"bytes\": %lu, \"seconds\": %.6f, \"gone\": %d, "
           "\"p50\": %.3f, \"p99\": %.3f, \"most\": %.3f}\n", rounds, deliveries, bytes, now() - start, gone,
           percentile(0.5), percentile(0.99), percentile(0.9999999));
}

static void hold(double seconds) {
    forget();
    double start = now();
    for (double rest; (rest = start + seconds - now()) > 0;) turn((int)(rest * 1000) + 1);
    printf("{\"alive\": %d, \"deliveries\": %lu, \"bytes\": %lu, \"seconds\": %.6f}\n", opened - gone, deliveries,
           bytes, now() - start);
}

static void note_all(double seconds, const char *path) {
    struct rusage before, after;
    room = 1 << 16, noted = 0;
    versions = malloc(room * sizeof *versions), moments = malloc(room * sizeof *moments);
    forget();
    getrusage(RUSAGE_SELF, &before);
    double start = now();
    for (double rest; (rest = start + seconds - now()) > 0;) {
        turn((int)(rest * 1000) + 1);
        usleep(ROUND_US);
    }
    seconds = now() - start;
    getrusage(RUSAGE_SELF, &after);
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(versions, sizeof *versions, noted, file) != noted ||
        fwrite(moments, sizeof *moments, noted, file) != noted || fclose(file))
        fail(path);
    free(versions), free(moments);
    room = 0;
    double spent = (double)(after.ru_utime.tv_sec - before.ru_utime.tv_sec + after.ru_stime.tv_sec - before.ru_stime.tv_sec) +
                   (double)(after.ru_utime.tv_usec - before.ru_utime.tv_usec + after.ru_stime.tv_usec - before.ru_stime.tv_usec) / 1e6;
    printf("{\"here\": %d, \"frames\": %lu, \"bytes\": %lu, \"seconds\": %.6f, \"busy\": %.2f}\n", opened - gone,
           deliveries, bytes, seconds, spent / seconds * 100);
}

int main(int count, char **given) {
    if (count != 12) return 2;
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    signal(SIGPIPE, SIG_IGN);
    setvbuf(stdout, NULL, _IOLBF, 0);
    number = atoi(given[2]), least = strtoull(given[3], NULL, 10);
    hello = from_hex(given[4]), ready = from_hex(given[5]), then_say = from_hex(given[6]);
    answer = from_hex(given[7]), go_hello = from_hex(given[9]), go_ready = from_hex(given[10]), go = from_hex(given[11]);
    control_pings = go_hello.size > 4 && !memcmp(go_hello.at, "GET ", 4);
    viewers = calloc((size_t)number, sizeof *viewers), bins = calloc(BINS, sizeof *bins);
    poller = epoll_create1(0);
    char line[1200];
    long rounds;
    double amount;
    char path[1024];
    while (fgets(line, sizeof line, stdin)) {
        if (!strcmp(line, "open\n")) open_all(atoi(given[1]), atoi(given[8]));
        else if (sscanf(line, "run %ld %lf", &rounds, &amount) == 2) run(rounds, amount / 1e6);
        else if (sscanf(line, "hold %lf", &amount) == 1) hold(amount);
        else if (sscanf(line, "note %lf %1023[^\n]", &amount, path) == 2) note_all(amount, path);
    }
    return 0;
}
