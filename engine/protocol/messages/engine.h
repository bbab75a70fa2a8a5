#pragma once

#include <string>
#include <vector>

/// What the engine is and what its registries hold.
namespace qs::protocol {

inline constexpr int kProtocolVersion = 5;

/// An entry of one of the engine's registries, for menus.
struct EntryInfo {
    std::string name;
    std::string description;
};

struct MetricInfo {
    std::string name;
    std::string description;
    std::string unit;
    bool needs_labels = false;
    bool compares_with_fp32 = false;
    bool automatic = false;  ///< chosen without being asked for where it fits
};

/// Something that a variant can be exported for.
struct TargetInfo {
    std::string name;
    std::string description;
    std::string extension;    ///< ".onnx"; empty: a folder
    bool is_default = false;  ///< of its extension
    std::string runtime;      ///< of EngineInfo::file_runtimes; empty: nothing here opens it
    int opset = 0;            ///< the default; 0: not ONNX
    int newest_opset = 0;
};

/// A number that an entry of a registry can be told, within [least, greatest].
struct ParameterInfo {
    std::string name;
    std::string description;
    double default_value = 0;
    double least = 0;
    double greatest = 0;
};

/// How a range is chosen from what was seen of a tensor.
struct ObserverInfo {
    std::string name;
    std::string description;
    std::vector<ParameterInfo> parameters = {};
};

/// A way to make a variant better without training it.
struct AlgorithmInfo {
    std::string name;
    std::string description;
    std::vector<ParameterInfo> parameters = {};
    std::string stage = {};  ///< when it runs: "before_calibration", "after_calibration"
};

/// "initialize" {} -> EngineInfo
struct EngineInfo {
    int protocol_version = kProtocolVersion;
    std::string engine_version;
    std::string torch_version;
    std::string onednn_version;
    std::string cpu;
    std::string isa;
    int cores = 0;
    std::vector<std::string> notes;
    std::vector<std::string> presets;
    std::vector<ObserverInfo> observers;
    std::vector<EntryInfo> data_formats;
    std::vector<TargetInfo> targets;       ///< of exports
    std::vector<MetricInfo> metrics = {};  ///< in the order in which they are reported
    std::vector<EntryInfo> backends = {};  ///< the default first
    std::vector<EntryInfo> contestants = {};
    std::vector<EntryInfo> file_runtimes = {};  ///< what can open an export here, the best first
    std::string sandbox = {};                   ///< that models are opened in: "Landlock 4 and seccomp"
    std::vector<AlgorithmInfo> algorithms = {};
};

}  // namespace qs::protocol
