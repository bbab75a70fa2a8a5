#include "runtime/cpu.h"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <dnnl.hpp>
#include <fstream>
#include <limits>
#include <set>

namespace qs {

namespace {

std::string modelName() {
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);) {
        const auto colon = line.find(": ");
        if (line.starts_with("model name") && colon != std::string::npos) {
            return line.substr(colon + 2);
        }
    }
    return "unknown";
}

std::string isaName(dnnl::cpu_isa isa) {
    switch (isa) {
        case dnnl::cpu_isa::sse41:
            return "sse41";
        case dnnl::cpu_isa::avx:
            return "avx";
        case dnnl::cpu_isa::avx2:
            return "avx2";
        case dnnl::cpu_isa::avx2_vnni:
            return "avx2_vnni";
        case dnnl::cpu_isa::avx512_core:
            return "avx512_core";
        case dnnl::cpu_isa::avx512_core_vnni:
            return "avx512_core_vnni";
        case dnnl::cpu_isa::avx512_core_bf16:
            return "avx512_core_bf16";
        case dnnl::cpu_isa::avx512_core_amx:
            return "avx512_core_amx";
        default:
            return "generic";
    }
}

bool isaHasVnni(dnnl::cpu_isa isa) {
    return isa == dnnl::cpu_isa::avx2_vnni || isa == dnnl::cpu_isa::avx512_core_vnni ||
           isa == dnnl::cpu_isa::avx512_core_bf16 || isa == dnnl::cpu_isa::avx512_core_amx;
}

/// Hyper-threads of one core share a line in thread_siblings_list; each such line is a core.
int availableCores() {
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) {
        return 1;
    }
    std::set<std::string> cores;
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
        if (!CPU_ISSET(cpu, &allowed)) {
            continue;
        }
        const std::string number = std::to_string(cpu);
        std::ifstream file("/sys/devices/system/cpu/cpu" + number + "/topology/thread_siblings_list");
        std::string siblings;
        cores.insert(std::getline(file, siblings) ? siblings : number);
    }
    return cores.empty() ? 1 : static_cast<int>(cores.size());
}

/// Processors that a container's quota amounts to (cgroup v2), rounded up; INT_MAX where there is none.
int quota() {
    std::ifstream file("/sys/fs/cgroup/cpu.max");
    std::string share;
    double period = 0;
    if (!(file >> share >> period) || share == "max" || period <= 0) {
        return std::numeric_limits<int>::max();
    }
    return std::max(1, static_cast<int>(std::ceil(std::atof(share.c_str()) / period)));
}

}  // namespace

CpuInfo cpuInfo() {
    const dnnl::cpu_isa isa = dnnl::get_effective_cpu_isa();
    return {modelName(), isaName(isa), isaHasVnni(isa), std::min(availableCores(), quota())};
}

bool cpuHasVnni() {
    return isaHasVnni(dnnl::get_effective_cpu_isa());
}

bool cpuHasBFloat16() {
    const dnnl::cpu_isa isa = dnnl::get_effective_cpu_isa();
    return isa == dnnl::cpu_isa::avx512_core_bf16 || isa == dnnl::cpu_isa::avx512_core_amx;
}

std::string cpuNotes() {
    if (cpuHasVnni()) {
        return {};
    }
    return "No VNNI: u8 * s8 on this CPU adds pairs in 16 bits and can saturate; "
           "use a preset with reduce_range (fbgemm, x86).";
}

}  // namespace qs
