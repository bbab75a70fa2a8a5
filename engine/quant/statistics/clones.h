#pragma once

// For the sources of loops only. The dynamic loader picks the clone by what the processor can; sanitizers
// cannot instrument its resolver. Such files are compiled without contraction, so that every clone gives the
// same.
#if defined(__x86_64__) && defined(__ELF__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define QS_STATISTICS_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define QS_STATISTICS_CLONES
#endif
