#include "workbench/compare.h"

#include "comparison/comparison.h"
#include "isolation/temporary_folder.h"
#include "runtime/cpu.h"
#include "workbench/latency.h"
#include "workbench/thread_count.h"
#include "workbench/variant.h"

namespace qs {

Result<protocol::ComparisonResult> compareVariant(Caches& caches, const protocol::CompareParams& params,
                                                  Job& job) {
    QS_TRY(chooseContestants(params.against));  // before the work
    QS_ASSIGN(const VariantOnData variant, buildVariant(caches, params.variant, job));
    const OpenedModel& opened = *variant.built->opened;
    QS_ASSIGN(const auto folder, TemporaryFolder::make());
    ComparisonSubject subject;
    subject.integer = variant.built->converted;
    QS_ASSIGN(subject.real, opened.reference());
    subject.model = params.variant.model;
    QS_ASSIGN(subject.inputs, firstSample(*variant.data.errors));
    subject.backend = params.variant.recipe.backend;
    subject.exporting.inputShapes = {opened.info.inputs.at(0).shape};
    subject.folder = folder->path();
    subject.threads = useThreads(params.variant.recipe.threads);
    QS_ASSIGN(
        protocol::ComparisonResult result,
        compareRuntimes(
            subject,
            {params.against, params.variant.recipe.latency_warmup, params.variant.recipe.latency_runs}, job));
    const auto& source = params.variant.data ? params.variant.data : params.variant.calib_data;
    result.measured.data = source ? source->source : "random input";
    result.measured.calib_data = variant.data.calibrationSource;
    result.measured.calib_samples = variant.data.calibration->size();
    result.measured.batch = subject.inputs.at(0).dim() > 0 ? subject.inputs[0].size(0) : 1;
    result.measured.seed = params.variant.recipe.seed;
    for (const std::string& note : {cpuNotes(), threadNote(params.variant.recipe.threads)}) {
        if (!note.empty()) {
            result.notes.push_back(note);
        }
    }
    return result;
}

}  // namespace qs
