#include "workbench/compare.h"

#include "comparison/comparison.h"
#include "isolation/temporary_folder.h"
#include "runtime/cpu.h"
#include "workbench/latency.h"
#include "workbench/thread_count.h"
#include "workbench/variant.h"

namespace qs {

Result<protocol::ComparisonResult> compareVariant(Models& models, const protocol::CompareParams& params,
                                                  Job& job) {
    QS_TRY(chooseContestants(params.against));  // before the work
    QS_ASSIGN(BuiltVariant built,
              buildVariant(
                  models, {params.model, params.data, params.inputs, params.recipe, params.calib_data}, job));
    QS_ASSIGN(const auto folder, TemporaryFolder::make());
    ComparisonSubject subject;
    subject.integer = std::move(built.converted);
    QS_ASSIGN(subject.real, convertFloat(built.opened->graph));
    subject.model = params.model;
    QS_ASSIGN(subject.inputs, firstSample(*built.data.errors));
    subject.backend = params.recipe.backend;
    subject.exporting.inputShapes = {built.opened->info.inputs.at(0).shape};
    subject.folder = folder->path();
    subject.threads = useThreads(params.recipe.threads);
    QS_ASSIGN(protocol::ComparisonResult result,
              compareRuntimes(
                  subject, {params.against, params.recipe.latency_warmup, params.recipe.latency_runs}, job));
    const auto& source = params.data ? params.data : params.calib_data;
    result.measured.data = source ? source->source : "random input";
    result.measured.calib_data = built.data.calibrationSource;
    result.measured.calib_samples = built.data.calibration->size();
    result.measured.batch = subject.inputs.at(0).dim() > 0 ? subject.inputs[0].size(0) : 1;
    result.measured.seed = params.recipe.seed;
    for (const std::string& note : {cpuNotes(), threadNote(params.recipe.threads)}) {
        if (!note.empty()) {
            result.notes.push_back(note);
        }
    }
    return result;
}

}  // namespace qs
