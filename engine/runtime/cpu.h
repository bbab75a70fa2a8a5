#pragma once

#include <string>

namespace qs {

/// The processor as the integer kernels see it. Stated beside every latency.
struct CpuInfo {
    std::string model;  ///< "AMD EPYC 9B14 ...", or "unknown"
    std::string isa;    ///< highest that oneDNN uses ("avx512_core_vnni"); honours ONEDNN_MAX_CPU_ISA
    bool hasVnni = false;
    int cores = 1;  ///< physical cores that this process may run on, at most its container's quota
};

CpuInfo cpuInfo();

/// Whether u8 * s8 is added up in 32 bits here. Without it pairs of products are added in 16 bits first, and
/// saturate where they leave them.
bool cpuHasVnni();

/// Whether bfloat16 numbers are multiplied by instructions made for them.
bool cpuHasBFloat16();

/// What a person should know about integer arithmetic on this processor; empty where there is nothing to say.
std::string cpuNotes();

}  // namespace qs
