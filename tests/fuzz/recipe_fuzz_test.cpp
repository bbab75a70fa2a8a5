// Damaged recipe files: each quantizes a network, or is refused in one line.

#include <gtest/gtest.h>

#include "cli/recipe_file.h"
#include "core/files.h"
#include "core/guard.h"
#include "fuzz/fuzz_fixture.h"
#include "fuzz/json_mutation.h"
#include "fuzz/message_check.h"
#include "fuzz/mutation.h"
#include "fuzz/small_network.h"
#include "runtime/executor.h"
#include "workbench/variant.h"

namespace qs::test {

namespace {

class FuzzRecipes : public FuzzTest {
  protected:
    void SetUp() override { inChild(writeSmallNetwork); }
    std::string whole() const { return readFile(folder_ / SmallNetwork::kRecipe).value(); }
};

Status quantizeBy(const std::filesystem::path& path) {
    static Caches caches;
    Job job;
    QS_ASSIGN(protocol::Recipe recipe, cli::readRecipe(path.string()));
    QS_ASSIGN(const VariantOnData variant,
              buildVariant(caches, {SmallNetwork::kModel, smallData(), {}, recipe}, job));
    QS_ASSIGN(const auto executor, makeExecutor(recipe.backend, variant.built->converted));
    QS_ASSIGN(const Batch batch, variant.data.errors->read(0, 1));
    QS_ASSIGN(const auto outputs, executor->run(batch.inputs));
    return {};
}

std::string use(const std::filesystem::path& path) {
    const Status done = guard("recipe", [&] { return quantizeBy(path); });
    return done ? "" : complaintAbout(done.error().message);
}

TEST_F(FuzzRecipes, QuantizesAsItIs) {
    expectWell(1, [](uint64_t) {
        const Status done = quantizeBy(SmallNetwork::kRecipe);
        return done ? "" : done.error().message;
    });
}

TEST_F(FuzzRecipes, TreeMutated) {
    const std::string text = whole();
    expectWell({mutations(), "damaged.json", [&](uint64_t seed) { return mutateJson(text, seed); }}, use);
}

TEST_F(FuzzRecipes, TextMutated) {
    const std::string text = whole();
    expectWell({mutations(), "damaged.json", [&](uint64_t seed) { return mutate(text, seed); }}, use);
}

}  // namespace

}  // namespace qs::test
