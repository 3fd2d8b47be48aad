/* A stand-in for libnvidia-ml.so.1: what each function answers stands in the text file that NVML_STAND_IN names, one
   "key value" a line, read at every call; what was asked is written to the file that NVML_STAND_IN_CALLS names.
   Keys: init, count, driver, <card>.<what>, <card>.<what>.ret, <card>.mig.<slice>.<what>; ".ret" is the outcome (0 is
   success, others as in nvml.h); "<card>.needs_start N": the card is lost to handles of less than N starts of NVML.
   Only the functions that the meter uses are here: others are not found, as in an old driver. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef int ret_t;
enum { OK = 0, UNINITIALIZED = 1, INVALID = 2, NOT_SUPPORTED = 3, NOT_FOUND = 6, TOO_SMALL = 7, LOST = 15 };

static int starts = 0, running = 0;

/* A handle: starts of NVML, then card + 1, then slice + 1 (0 for the card). */
#define HANDLE(card, slice) ((void *)(((uintptr_t)starts << 16) | ((uintptr_t)((card) + 1) << 8) | (uintptr_t)((slice) + 1)))
#define CARD(handle) ((int)(((uintptr_t)(handle) >> 8) & 0xff) - 1)
#define SLICE(handle) ((int)((uintptr_t)(handle) & 0xff) - 1)
#define START(handle) ((int)((uintptr_t)(handle) >> 16))

static int find(const char *key, char *value, size_t size) {
    const char *name = getenv("NVML_STAND_IN");
    FILE *file = name ? fopen(name, "r") : NULL;
    char line[512];
    size_t length = strlen(key);
    int found = 0;
    while (file && !found && fgets(line, sizeof line, file))
        if (strncmp(line, key, length) == 0 && line[length] == ' ') {
            line[strcspn(line, "\n")] = 0;
            snprintf(value, size, "%s", line + length + 1);
            found = 1;
        }
    if (file) fclose(file);
    return found;
}

static unsigned long long number(const char *key, unsigned long long otherwise) {
    char value[256];
    return find(key, value, sizeof value) ? strtoull(value, NULL, 0) : otherwise;
}

static void key_of(char *key, size_t size, void *handle, const char *what, const char *end) {
    if (SLICE(handle) < 0) snprintf(key, size, "%d.%s%s", CARD(handle), what, end);
    else snprintf(key, size, "%d.mig.%d.%s%s", CARD(handle), SLICE(handle), what, end);
}

static void told(const char *what, void *handle) {
    const char *name = getenv("NVML_STAND_IN_CALLS");
    FILE *file = name ? fopen(name, "a") : NULL;
    if (file) {
        fprintf(file, "%d %s\n", handle ? CARD(handle) : -1, what);
        fclose(file);
    }
}

/* Outcome of asking a card: not supported where the file says nothing of it. */
static ret_t outcome(void *handle, const char *what) {
    char key[64], value[256];
    told(what, handle);
    if (!running) return UNINITIALIZED;
    snprintf(key, sizeof key, "%d.lost", CARD(handle));
    if (number(key, 0)) return LOST;
    snprintf(key, sizeof key, "%d.needs_start", CARD(handle));
    if ((unsigned long long)START(handle) < number(key, 0)) return LOST;
    key_of(key, sizeof key, handle, what, ".ret");
    if (find(key, value, sizeof value)) return (ret_t)strtol(value, NULL, 0);
    key_of(key, sizeof key, handle, what, "");
    return find(key, value, sizeof value) ? OK : NOT_SUPPORTED;
}

static ret_t whole(void *handle, const char *what, unsigned long long *value) {
    char key[64];
    ret_t ret = outcome(handle, what);
    key_of(key, sizeof key, handle, what, "");
    if (ret == OK) *value = number(key, 0);
    return ret;
}

static ret_t small(void *handle, const char *what, unsigned int *value) {
    unsigned long long all = 0;
    ret_t ret = whole(handle, what, &all);
    if (ret == OK) *value = (unsigned int)all;
    return ret;
}

static ret_t text(void *handle, const char *what, char *value, unsigned int size) {
    char key[64];
    ret_t ret = outcome(handle, what);
    key_of(key, sizeof key, handle, what, "");
    if (ret == OK) find(key, value, size);
    return ret;
}

ret_t nvmlInitWithFlags(unsigned int flags) {
    ret_t ret = (ret_t)number("init", 0);
    (void)flags;
    told("init", NULL);
    if (ret == OK) starts++, running++;
    return ret;
}
ret_t nvmlShutdown(void) {
    if (!running) return UNINITIALIZED;
    running--;
    return OK;
}
const char *nvmlErrorString(ret_t ret) { return ret ? "an error of the stand-in" : "success"; }
ret_t nvmlSystemGetDriverVersion(char *value, unsigned int size) {
    if (!find("driver", value, size)) return NOT_SUPPORTED;
    return OK;
}
ret_t nvmlSystemGetNVMLVersion(char *value, unsigned int size) {
    snprintf(value, size, "stand-in");
    return OK;
}
ret_t nvmlDeviceGetCount_v2(unsigned int *count) {
    *count = (unsigned int)number("count", 0);
    return running ? OK : UNINITIALIZED;
}
ret_t nvmlDeviceGetHandleByIndex_v2(unsigned int index, void **handle) {
    unsigned long long ignored;
    *handle = HANDLE(index, -1);
    return whole(*handle, "uuid", &ignored);
}
ret_t nvmlDeviceGetHandleByUUID(const char *uuid, void **handle) {
    char key[64], value[256];
    for (int card = 0; card < 16; card++) {
        snprintf(key, sizeof key, "%d.uuid", card);
        if (find(key, value, sizeof value) && strcmp(value, uuid) == 0) {
            *handle = HANDLE(card, -1);
            return outcome(*handle, "uuid");
        }
    }
    return NOT_FOUND;
}
ret_t nvmlDeviceGetUUID(void *handle, char *value, unsigned int size) { return text(handle, "uuid", value, size); }
ret_t nvmlDeviceGetName(void *handle, char *value, unsigned int size) { return text(handle, "name", value, size); }
ret_t nvmlDeviceGetTotalEnergyConsumption(void *handle, unsigned long long *mj) { return whole(handle, "energy", mj); }
ret_t nvmlDeviceGetPowerUsage(void *handle, unsigned int *mw) { return small(handle, "usage", mw); }
ret_t nvmlDeviceGetEnforcedPowerLimit(void *handle, unsigned int *mw) { return small(handle, "limit", mw); }
ret_t nvmlDeviceGetTemperature(void *handle, int sensor, unsigned int *celsius) {
    (void)sensor;
    return small(handle, "temperature", celsius);
}
ret_t nvmlDeviceGetClockInfo(void *handle, int clock, unsigned int *mhz) {
    (void)clock;
    return small(handle, "clock", mhz);
}
ret_t nvmlDeviceGetCurrentClocksThrottleReasons(void *handle, unsigned long long *bits) {
    return whole(handle, "throttle", bits);
}
#ifdef NEW_DRIVER
ret_t nvmlDeviceGetCurrentClocksEventReasons(void *handle, unsigned long long *bits) {
    return whole(handle, "throttle", bits);
}
#endif
ret_t nvmlDeviceGetCudaComputeCapability(void *handle, int *major, int *minor) {
    char value[64] = "0.0";
    ret_t ret = text(handle, "capability", value, sizeof value);
    if (ret == OK) sscanf(value, "%d.%d", major, minor);
    return ret;
}
struct utilisation { unsigned int gpu, memory; };
ret_t nvmlDeviceGetUtilizationRates(void *handle, struct utilisation *rates) {
    rates->memory = 0;
    return small(handle, "utilisation", &rates->gpu);
}
struct memory { unsigned long long total, free, used; };
ret_t nvmlDeviceGetMemoryInfo(void *handle, struct memory *memory) {
    ret_t ret = whole(handle, "memory", &memory->total);
    char key[64];
    key_of(key, sizeof key, handle, "memory", ".used");
    memory->used = number(key, 0);
    memory->free = memory->total - memory->used;
    return ret;
}
struct pci { char legacy[16]; unsigned int domain, bus, device, id, subsystem; char bus_id[32]; };
ret_t nvmlDeviceGetPciInfo_v3(void *handle, struct pci *pci) { return text(handle, "bus", pci->bus_id, 32); }

struct field { unsigned int id, scope; int64_t time, latency; int type; ret_t ret; union { unsigned int small; unsigned long long whole; double real; } value; };
ret_t nvmlDeviceGetFieldValues(void *handle, int count, struct field *fields) {
    for (int at = 0; at < count; at++) {
        const char *what = fields[at].id == 186 ? "instant" : fields[at].id == 185 ? "average" : "field";
        fields[at].type = 1; /* unsigned int */
        fields[at].ret = small(handle, what, &fields[at].value.small);
        if (fields[at].ret == LOST || fields[at].ret == UNINITIALIZED) return fields[at].ret;
    }
    return OK;
}

ret_t nvmlDeviceGetMigMode(void *handle, unsigned int *now, unsigned int *pending) {
    ret_t ret = small(handle, "mig", now);
    *pending = *now;
    return ret;
}
ret_t nvmlDeviceGetMaxMigDeviceCount(void *handle, unsigned int *count) {
    (void)handle;
    *count = 7;
    return OK;
}
ret_t nvmlDeviceGetMigDeviceHandleByIndex(void *card, unsigned int index, void **handle) {
    unsigned long long ignored;
    *handle = HANDLE(CARD(card), (int)index);
    return whole(*handle, "uuid", &ignored) == OK ? OK : NOT_FOUND;
}
ret_t nvmlDeviceGetGpuInstanceId(void *handle, unsigned int *id) { return small(handle, "instance", id); }
struct attributes { unsigned int multiprocessors, copy, decoder, encoder, jpeg, ofa, gpu_slices, compute_slices; unsigned long long memory_mb; };
ret_t nvmlDeviceGetAttributes_v2(void *handle, struct attributes *of) {
    char value[64];
    memset(of, 0, sizeof *of);
    ret_t ret = text(handle, "attributes", value, sizeof value);
    if (ret == OK) sscanf(value, "%u,%u,%u,%llu", &of->multiprocessors, &of->gpu_slices, &of->compute_slices, &of->memory_mb);
    return ret;
}

/* "<card>.processes 100:1048576:1,200:0:2" is pid:memory:instance; "<card>.process_use 100:40" is pid:percent. */
struct process { unsigned int pid; unsigned long long memory; unsigned int instance, compute; };
ret_t nvmlDeviceGetComputeRunningProcesses_v3(void *handle, unsigned int *count, struct process *processes) {
    char value[256];
    unsigned int found = 0;
    ret_t ret = text(handle, "processes", value, sizeof value);
    if (ret != OK) return ret;
    for (char *one = strtok(value, ","); one; one = strtok(NULL, ","), found++)
        if (processes && found < *count) {
            processes[found].compute = 0;
            sscanf(one, "%u:%llu:%u", &processes[found].pid, &processes[found].memory, &processes[found].instance);
        }
    ret = processes || !found ? OK : TOO_SMALL;
    *count = found;
    return ret;
}
struct sample { unsigned int pid; unsigned long long time; unsigned int sm, memory, encoder, decoder; };
ret_t nvmlDeviceGetProcessUtilization(void *handle, struct sample *samples, unsigned int *count, unsigned long long since) {
    char value[256];
    unsigned int found = 0;
    ret_t ret = text(handle, "process_use", value, sizeof value);
    if (ret != OK) return ret;
    if (since >= number("now", 1)) return NOT_FOUND;
    for (char *one = strtok(value, ","); one; one = strtok(NULL, ","), found++)
        if (samples && found < *count) {
            memset(&samples[found], 0, sizeof samples[found]);
            samples[found].time = number("now", 1);
            sscanf(one, "%u:%u", &samples[found].pid, &samples[found].sm);
        }
    ret = samples ? OK : TOO_SMALL;
    *count = found;
    return ret;
}
