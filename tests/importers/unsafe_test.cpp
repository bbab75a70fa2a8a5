// Files that act when LibTorch loads or runs them, or that reach beyond their tensors:
// tests/support/unsafe_models.py.

#include <ATen/ops/ones.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/csrc/jit/runtime/operator.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "importers/importer.h"
#include "importers/torchscript/allowed_names.h"
#include "importers/torchscript/allowed_operators.h"
#include "importers/torchscript/load.h"
#include "importers/torchscript/newer_operators.h"
#include "ops/quantized_engine.h"
#include "support/test_models.h"

namespace qs {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::filesystem::path unsafeFile(const std::string& name) {
    return test::modelFile("unsafe") / name;
}

struct UnsafeFile {
    const char* name;
    const char* message;
};

std::string testName(const ::testing::TestParamInfo<UnsafeFile>& info) {
    std::string name = info.param.name;
    std::ranges::replace(name, '.', '_');
    return name;
}

class UnsafeFiles : public ::testing::TestWithParam<UnsafeFile> {};

TEST_P(UnsafeFiles, AreRefusedInOneClearLineBeforeTheyAct) {
    QS_NEEDS_MODELS();
    const auto opened = openModel(unsafeFile(GetParam().name), {{"", {1, 1, 4, 4}}});
    ASSERT_FALSE(opened);
    EXPECT_THAT(opened.error().message,
                AllOf(HasSubstr(GetParam().name), HasSubstr(GetParam().message), Not(HasSubstr("\n"))));
    EXPECT_FALSE(std::filesystem::exists(unsafeFile("mark")));
}

constexpr auto kSave = "it calls aten::save in __torch__.unsafe_models.";
constexpr auto kWhileLoading = "while it is loaded, which reaches beyond the network";
constexpr auto kBeyond = "reaches beyond its record";
constexpr auto kComputed = "a default that is computed";

INSTANTIATE_TEST_SUITE_P(
    Acting, UnsafeFiles,
    ::testing::Values(UnsafeFile{"acts_in_forward.pt", kSave},
                      UnsafeFile{"acts_in_forward.pt", "Plain.forward (line 10)"},
                      UnsafeFile{"acts_from_file.pt", "it calls aten::from_file in"},
                      UnsafeFile{"acts_in_default.pt", kComputed}, UnsafeFile{"acts_in_field.pt", kComputed},
                      UnsafeFile{"acts_in_method.pt", kSave}, UnsafeFile{"acts_in_function.pt", kSave},
                      UnsafeFile{"acts_in_hook.pt", kSave}, UnsafeFile{"acts_by_alias.pt", kSave},
                      UnsafeFile{"acts_as_method.pt", "it calls aten::resize_ in"},
                      UnsafeFile{"acts_in_thread.pt", "it calls prim::fork in"},
                      UnsafeFile{"acts_while_loading.pt", kWhileLoading},
                      UnsafeFile{"acts_while_loading_by_getattr.pt", kWhileLoading},
                      UnsafeFile{"acts_while_loading_by_alias.pt", kWhileLoading},
                      UnsafeFile{"acts_while_loading_as_method.pt", kWhileLoading},
                      UnsafeFile{"acts_while_loading_by_namespace.pt", kWhileLoading},
                      UnsafeFile{"restores_itself.pt", "only PyTorch's quantized modules may"}),
    [](const auto& info) { return testName(info) + '_' + std::to_string(info.index); });

INSTANTIATE_TEST_SUITE_P(Tensors, UnsafeFiles,
                         ::testing::Values(UnsafeFile{"large_stride.pt", kBeyond},
                                           UnsafeFile{"overflowing_stride.pt", kBeyond},
                                           UnsafeFile{"large_size.pt", kBeyond},
                                           UnsafeFile{"offset.pt", kBeyond},
                                           UnsafeFile{"negative_stride.pt", "sizes and strides"},
                                           UnsafeFile{"negative_size.pt", "sizes and strides"},
                                           UnsafeFile{"negative_offset.pt", "impossible sizes"},
                                           UnsafeFile{"other_type.pt", "elements whose record"},
                                           UnsafeFile{"channel_axis.pt", "channels are no dimension"},
                                           UnsafeFile{"scale_zero.pt", "scale that no quantized tensor has"},
                                           UnsafeFile{"groups_0.pt", "number of groups"},
                                           UnsafeFile{"groups_3.pt", "number of groups"},
                                           UnsafeFile{"stride_0.pt", "number of groups"},
                                           UnsafeFile{"padding_negative.pt", "number of groups"},
                                           UnsafeFile{"packs_0_groups.pt", "cannot load"}),
                         testName);

INSTANTIATE_TEST_SUITE_P(
    Pickles, UnsafeFiles,
    ::testing::Values(UnsafeFile{"memo.pt", "stores value 134217728"},
                      UnsafeFile{"deep.pt", "more than 1000 levels deep"},
                      UnsafeFile{"opcode.pt", "opcode 48"},
                      UnsafeFile{"os_system.pt", "names os.system, which TorchScript does not use"},
                      UnsafeFile{"holds_itself.pt", "holds itself"},
                      UnsafeFile{"mark_beyond.pt", "uses a value that is not there"},
                      UnsafeFile{"class.pt", "dist_c10d.FileStore, which is none of a network"}),
    testName);

INSTANTIATE_TEST_SUITE_P(Sources, UnsafeFiles,
                         ::testing::Values(UnsafeFile{"brackets.pt", "nested too deeply"},
                                           UnsafeFile{"sum.pt", "an expression that is too long"},
                                           UnsafeFile{"signs.pt", "an expression that is too long"},
                                           UnsafeFile{"empty_lines.pt", "empty lines in a row"},
                                           UnsafeFile{"debug.pt", "texts or places that are not there"},
                                           UnsafeFile{"two_names.pt", "damaged or unsafe"}),
                         testName);

class UnsafeLiteFiles : public ::testing::TestWithParam<UnsafeFile> {};

TEST_P(UnsafeLiteFiles, AreRefusedInOneClearLine) {
    QS_NEEDS_MODELS();
    const auto loaded = loadLite(unsafeFile(GetParam().name));
    ASSERT_FALSE(loaded);
    EXPECT_THAT(loaded.error().message,
                AllOf(HasSubstr(GetParam().name), HasSubstr(GetParam().message), Not(HasSubstr("\n"))));
    EXPECT_FALSE(std::filesystem::exists(unsafeFile("mark")));
}

INSTANTIATE_TEST_SUITE_P(Lite, UnsafeLiteFiles,
                         ::testing::Values(UnsafeFile{"acts.ptl", "aten::save"},
                                           UnsafeFile{"deep_type.ptl", "nested too deeply"},
                                           UnsafeFile{"debug.ptl", "texts or places that are not there"},
                                           UnsafeFile{"thread.ptl", "FORK, which is not for models"},
                                           UnsafeFile{"register.ptl", "a number beyond its tables"},
                                           UnsafeFile{"constant.ptl", "a number beyond its tables"}),
                         testName);

INSTANTIATE_TEST_SUITE_P(LiteFlows, UnsafeLiteFiles,
                         ::testing::Values(UnsafeFile{"drop.ptl", "takes more from the stack than there is"},
                                           UnsafeFile{"height.ptl", "the stack at different heights"},
                                           UnsafeFile{"slot.ptl", "attribute 4 of what may not have it"},
                                           UnsafeFile{"no_object.ptl", "attribute 0 of what may not have it"},
                                           UnsafeFile{"module.ptl", "replaces a module"},
                                           UnsafeFile{"slice.ptl", "a tuple that may not have them"},
                                           UnsafeFile{"loop.ptl", "takes more from the stack than there is"},
                                           UnsafeFile{"loop_of_nothing.ptl", "a loop without a condition"},
                                           UnsafeFile{"back.ptl", "jumps back in instruction 3"},
                                           UnsafeFile{"key.ptl", "a key without a value"},
                                           UnsafeFile{"object.ptl", "other than the model's modules"},
                                           UnsafeFile{"many.ptl", "a number of arguments that it does not"},
                                           UnsafeFile{"overload.ptl", "aten::relu.of_none"},
                                           UnsafeFile{"variable.ptl", "in a form that it does not have"},
                                           UnsafeFile{"format.ptl", "formats a text without one"},
                                           UnsafeFile{"format_call.ptl", "in a form that it does not have"},
                                           UnsafeFile{"raise.ptl", "a number of arguments that it does not"},
                                           UnsafeFile{"own.ptl", "which is LibTorch's own"}),
                         testName);

TEST(SafeFiles, OpenThoughTheyLookAlike) {
    QS_NEEDS_MODELS();
    for (const char* name : {"sound.pt", "restoring.pt", "hooked.pt", "channels.pt"}) {
        const auto opened = openModel(unsafeFile(name), {{"", {1, name[0] == 'c' ? 4 : 1, 4, 4}}});
        EXPECT_TRUE(opened) << opened.error().message;
    }
}

TEST(SafeFiles, RunInTheLiteInterpreter) {
    QS_NEEDS_MODELS();
    const QuantizedEngine engine(at::QEngine::QNNPACK);
    for (const char* name : {"sound.ptl", "branching.ptl", "quantized.ptl"}) {
        auto lite = loadLite(unsafeFile(name));
        ASSERT_TRUE(lite) << lite.error().message;
        EXPECT_NO_THROW(lite->forward({at::ones({2, 1, 8, 8})})) << name;
    }
}

TEST(SafeFiles, MayPackWhileTheyAreLoaded) {
    QS_NEEDS_MODELS();
    const QuantizedEngine engine(anyQuantizedEngine());
    const auto loaded = loadTorchScript(unsafeFile("packs_1_group.pt"));
    EXPECT_TRUE(loaded) << loaded.error().message;
}

TEST(AllowedOperators, AreThereInThisLibTorchOrHereButForTheLanguageItself) {
    registerNewerOperators();
    std::set<std::string> registered;
    for (const auto& op : torch::jit::getAllOperators()) {
        registered.insert(op->schema().name());
    }
    for (const std::string& name : allowedNames()) {
        if (!name.starts_with("prim::")) {
            EXPECT_TRUE(registered.contains(name)) << name;
        }
    }
}

TEST(AllowedOperators, ReachNothingBeyondTheirArguments) {
    for (const char* name : {"aten::save",
                             "aten::from_file",
                             "aten::manual_seed",
                             "aten::backward",
                             "aten::_backward",
                             "aten::grad",
                             "aten::wait",
                             "aten::set_",
                             "aten::set_data",
                             "aten::resize_",
                             "aten::_reshape_alias",
                             "aten::_sparse_coo_tensor_unsafe",
                             "aten::_make_per_tensor_quantized_tensor",
                             "aten::record_stream",
                             "aten::cuda",
                             "aten::pin_memory",
                             "aten::_cuda_getCurrentRawStream",
                             "aten::_test_string_default",
                             "aten::_amp_update_scale_",
                             "aten::_fused_adam_",
                             "aten::segment_reduce",
                             "aten::_nested_view_from_buffer",
                             "aten::get_gradients",
                             "aten::owner",
                             "prim::fork",
                             "prim::awaitable",
                             "prim::rpc_async",
                             "prim::rpc_sync",
                             "prim::rpc_remote",
                             "prim::PythonOp",
                             "prim::IgnoredPythonOp",
                             "prim::TimePoint",
                             "prim::AddStatValue",
                             "prim::CudaFusionGroup",
                             "c10d::send",
                             "c10d::recv_",
                             "profiler::_record_function_enter",
                             "static_runtime::select_tensor",
                             "quantized::embedding_bag_byte_rowwise_offsets"}) {
        EXPECT_FALSE(isAllowedOperator(name)) << name;
    }
}

TEST(AllowedOperators, MeanWhatTheyAreCalledInSource) {
    for (const char* name : {"save", "from_file", "set_", "resize_", "fork", "manual_seed"}) {
        EXPECT_TRUE(meansForbiddenOperator(name)) << name;
    }
    for (const char* name : {"add", "relu_", "conv2d_prepack", "RaiseException", "forward"}) {
        EXPECT_FALSE(meansForbiddenOperator(name)) << name;
    }
}

}  // namespace
}  // namespace qs
