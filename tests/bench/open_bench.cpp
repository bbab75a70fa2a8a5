// What opening a model costs against what nobody can do without: torch::jit::load for TorchScript, parsing
// the protobuf for ONNX; and the memory that it takes against the size of the file.
//
//     open_bench FILE...
//
// For example the files of `tests/corpus/make_corpus.py DIR resnet50`. Times are medians over interleaved
// runs.

#include <onnx/onnx_pb.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <vector>

#include "importers/importer.h"
#include "support/peak_memory.h"

namespace qs::bench {

namespace {

constexpr int kRuns = 9;

double milliseconds(const std::function<void()>& body) {
    const auto begin = std::chrono::steady_clock::now();
    body();
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

double median(std::vector<double> times) {
    std::sort(times.begin(), times.end());
    return times[times.size() / 2];
}

bool opens(const std::filesystem::path& file) {
    const auto opened = openModel(file);
    if (!opened) {
        std::fprintf(stderr, "%s\n", opened.error().message.c_str());
    }
    return static_cast<bool>(opened);
}

void parseProtobuf(const std::filesystem::path& file) {
    onnx::ModelProto model;
    std::ifstream stream(file, std::ios::binary);
    if (!model.ParseFromIstream(&stream)) {
        std::fprintf(stderr, "%s is no ONNX model\n", file.c_str());
    }
}

bool measure(const std::filesystem::path& file) {
    const bool isOnnx = file.extension() == ".onnx";
    const auto yardstick = [&] {
        if (isOnnx) {
            parseProtobuf(file);
        } else {
            torch::jit::load(file.string());
        }
    };
    yardstick();
    if (!opens(file)) {
        return false;
    }
    std::vector<double> ours, theirs;
    for (int run = 0; run < kRuns; ++run) {
        theirs.push_back(milliseconds(yardstick));
        ours.push_back(milliseconds([&] { opens(file); }));
    }
    const test::PeakMemory memory;
    opens(file);
    const double gained = static_cast<double>(memory.gained().value_or(0));
    const double size = static_cast<double>(std::filesystem::file_size(file));
    std::printf("%-14s %6.1f MB  open %7.1f ms = %5.2f x %-16s %7.1f ms   peak memory %5.2f x the file\n",
                file.filename().c_str(), size / 1e6, median(ours), median(ours) / median(theirs),
                isOnnx ? "protobuf parsing" : "torch::jit::load", median(theirs), gained / size);
    return true;
}

}  // namespace

}  // namespace qs::bench

int main(int argc, char** argv) {
    bool well = argc > 1;
    for (int i = 1; i < argc; ++i) {
        well = qs::bench::measure(argv[i]) && well;
    }
    return well ? 0 : 1;
}
