#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "protocol/messages/qconfig.h"

/// What the engine is and what its registries hold.
namespace qs::protocol {

inline constexpr int kProtocolVersion = 6;

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

/// A qconfig that has a name.
struct PresetInfo {
    std::string name;
    std::string description;
    /// Every member that it has, as what would differ from a preset: the preset `name` alone means the same.
    QConfig qconfig;
};

/// How a layer computes: a value of QConfig::mode.
struct ModeInfo {
    std::string name;
    std::string description;
    bool quantizes_activations = false;
    bool quantizes_weights = false;
};

/// A value of a member of TensorQConfig.
struct ChoiceInfo {
    std::string name;
    std::string description;
    std::string activation_refusal;  ///< why an activation cannot have it; empty: it can
    std::string weight_refusal;
};

/// A member of TensorQConfig, or one value of it, that goes with no qconfig of a dtype.
struct RefusedMember {
    std::string member;  ///< "scheme", "granularity", "zero_point", "quant_min"
    std::string value;   ///< empty: any
    std::string reason;
};

struct DTypeChoice {
    ChoiceInfo choice;
    int bits = 0;
    int64_t least = 0;  ///< of the integers; both 0 for floats
    int64_t greatest = 0;
    std::vector<RefusedMember> refused = {};
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
    std::vector<PresetInfo> presets;
    std::vector<ModeInfo> modes;
    std::vector<ChoiceInfo> schemes;
    std::vector<ChoiceInfo> granularities;
    std::vector<DTypeChoice> dtypes;  ///< the widest floats first
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
