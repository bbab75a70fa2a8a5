#pragma once

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "protocol/messages.h"

/// JSON of the structs in protocol/messages.h: `nlohmann::json j = value;` and `j.get<T>()`.
///
/// Writing: every member under its own name; an absent optional and a number that is not finite are null.
/// Reading: members that are not there keep their default and unknown ones are ignored, so that older and
/// newer programs understand each other; null is "absent" for an optional, NaN for a number, the default for
/// anything else. A value of the wrong type throws JsonError.
namespace qs::protocol {

/// "recipe.calib_samples: expected an integer, found a string".
class JsonError : public std::runtime_error {
  public:
    JsonError(std::string path, std::string problem)
        : std::runtime_error(path.empty() ? problem : path + ": " + problem),
          path_(std::move(path)),
          problem_(std::move(problem)) {}

    /// "recipe.calib_samples"
    const std::string& path() const { return path_; }

    /// The same problem seen from the struct that holds the offending one.
    JsonError inside(const std::string& member) const {
        const std::string dot = path_.empty() || path_.front() == '[' ? "" : ".";
        return {shortened(member) + dot + path_, problem_};
    }

    /// A name that a document made up, as a path shows it: its first 64 bytes and "..." where it is longer.
    static std::string shortened(const std::string& name) {
        constexpr size_t kMostBytes = 64;
        return name.size() > kMostBytes ? name.substr(0, kMostBytes) + "..." : name;
    }

  private:
    std::string path_;
    std::string problem_;
};

// NOLINTBEGIN(bugprone-macro-parentheses): a type in a parameter list takes none.
#define QS_DECLARE_JSON(Type)                        \
    void to_json(nlohmann::json& json, const Type&); \
    void from_json(const nlohmann::json& json, Type&)
// NOLINTEND(bugprone-macro-parentheses)

// data.h
QS_DECLARE_JSON(Preprocessing);
QS_DECLARE_JSON(TensorInfo);
QS_DECLARE_JSON(DataSpec);
QS_DECLARE_JSON(DataInfo);

// recipe.h
QS_DECLARE_JSON(TensorQConfig);
QS_DECLARE_JSON(QConfig);
QS_DECLARE_JSON(Rule);
QS_DECLARE_JSON(QatSettings);
QS_DECLARE_JSON(TensorQParams);
QS_DECLARE_JSON(LayerChange);
QS_DECLARE_JSON(Algorithm);
QS_DECLARE_JSON(Recipe);

// model.h
QS_DECLARE_JSON(LayerInfo);
QS_DECLARE_JSON(ModelInfo);
QS_DECLARE_JSON(OpenModelParams);

// profile.h
QS_DECLARE_JSON(BoundaryResult);
QS_DECLARE_JSON(MachinePeaks);
QS_DECLARE_JSON(ProfileSummary);
QS_DECLARE_JSON(Finding);

// metrics.h
QS_DECLARE_JSON(MetricValue);
QS_DECLARE_JSON(MetricDrop);
QS_DECLARE_JSON(ClassResult);
QS_DECLARE_JSON(Confusion);
QS_DECLARE_JSON(ClassReport);

// measurement.h
QS_DECLARE_JSON(Measurement);

// variant_spec.h
QS_DECLARE_JSON(VariantSpec);

// variant.h
QS_DECLARE_JSON(LayerResult);
QS_DECLARE_JSON(ModelResult);
QS_DECLARE_JSON(CurvePoint);
QS_DECLARE_JSON(ChangedLayer);
QS_DECLARE_JSON(AlgorithmResult);
QS_DECLARE_JSON(VariantResult);
QS_DECLARE_JSON(TrainParams);

// comparison.h
QS_DECLARE_JSON(ComparisonRow);
QS_DECLARE_JSON(ComparisonResult);
QS_DECLARE_JSON(CompareParams);

// sensitivity.h
QS_DECLARE_JSON(Effect);
QS_DECLARE_JSON(LayerEffects);
QS_DECLARE_JSON(LayerSensitivity);
QS_DECLARE_JSON(SensitivityResult);
QS_DECLARE_JSON(SensitivityParams);

// export.h
QS_DECLARE_JSON(ExportParams);
QS_DECLARE_JSON(ExportResult);

// questions.h
QS_DECLARE_JSON(PreviewParams);
QS_DECLARE_JSON(LayerQConfig);
QS_DECLARE_JSON(RuleProblem);
QS_DECLARE_JSON(QConfigPreview);
QS_DECLARE_JSON(HistogramParams);
QS_DECLARE_JSON(LayerHistogram);

// verify.h
QS_DECLARE_JSON(OutputDifference);
QS_DECLARE_JSON(LayerDifference);
QS_DECLARE_JSON(Departure);
QS_DECLARE_JSON(VerifyResult);
QS_DECLARE_JSON(VerifyParams);

// engine.h
QS_DECLARE_JSON(EntryInfo);
QS_DECLARE_JSON(MetricInfo);
QS_DECLARE_JSON(ParameterInfo);
QS_DECLARE_JSON(ObserverInfo);
QS_DECLARE_JSON(AlgorithmInfo);
QS_DECLARE_JSON(PresetInfo);
QS_DECLARE_JSON(ModeInfo);
QS_DECLARE_JSON(ChoiceInfo);
QS_DECLARE_JSON(RefusedMember);
QS_DECLARE_JSON(DTypeChoice);
QS_DECLARE_JSON(TargetInfo);
QS_DECLARE_JSON(EngineInfo);

// jobs.h
QS_DECLARE_JSON(ProgressNote);
QS_DECLARE_JSON(CancelParams);
QS_DECLARE_JSON(JobInfo);
QS_DECLARE_JSON(JobList);

#undef QS_DECLARE_JSON

}  // namespace qs::protocol
