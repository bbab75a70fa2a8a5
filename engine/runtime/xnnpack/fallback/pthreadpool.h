#pragma once

// What xnnpack.h and we need of pthreadpool's interface, for machines without libpthreadpool-dev: Debian's
// libxnnpack-dev includes <pthreadpool.h> without bringing it.

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct pthreadpool* pthreadpool_t;

pthreadpool_t pthreadpool_create(size_t threads_count);
void pthreadpool_destroy(pthreadpool_t threadpool);

#ifdef __cplusplus
}
#endif
