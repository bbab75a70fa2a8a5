#include "corpus/row_files.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/randn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

namespace qs::test {

namespace fs = std::filesystem;

namespace {

constexpr int kAbsent = 77;

/// Images that look like lines of text, N x 3 x H x W, normalized: a text detector answers noise with numbers
/// near 0, which would prove nothing.
at::Tensor strokes(const std::vector<int64_t>& shape) {
    const at::Tensor images = at::randn(shape, at::detail::createCPUGenerator(11)).mul_(0.1).add_(2);
    auto pixels = images.accessor<float, 4>();
    for (int64_t n = 0; n < shape[0]; ++n) {
        for (int64_t y = 0; y < shape[2]; ++y) {
            for (int64_t x = 16; x < shape[3] - 16; ++x) {
                const int64_t row = (y + 5 * n) % 32, column = x + 3 * n;
                const bool upright = column % 8 < 3 && row > 8 && row < 24;
                const bool across = column % 16 < 11 && row > 14 && row < 18;
                for (int64_t c = 0; c < shape[1] && (upright || across); ++c) {
                    pixels[n][c][y][x] -= 4;
                }
            }
        }
    }
    return images;
}

/// What make_corpus.py OUT wrote, below the build folder.
fs::path corpusFolder() {
    return QS_CORPUS_DIR;
}

}  // namespace

fs::path nodeModules() {
    const char* modules = ::getenv("QS_NODE_MODULES");
    return modules ? modules : QS_SOURCE_DIR "/tests/node_modules";
}

CommandResult runCommand(const std::string& command) {
    CommandResult result;
    FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
    char buffer[4096];
    while (::fgets(buffer, sizeof buffer, pipe) != nullptr) {
        result.log += buffer;
    }
    const int status = ::pclose(pipe);
    result.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return result;
}

RowFiles::RowFiles(const CorpusRow& row) : row_(row) {
    std::string name = (corpusFolder() / "row-XXXXXX").string();
    fs::create_directories(corpusFolder());
    scratch_ = ::mkdtemp(name.data());
    switch (row.from) {
        case CorpusRow::Source::Torchvision:
            makeNetwork();
            break;
        case CorpusRow::Source::Npm:
            findPackage();
            break;
        case CorpusRow::Source::Small:
            findSmall();
            break;
    }
    const fs::path reference = folder_ / "reference.json";
    if (inputs_.empty() && fs::exists(reference)) {
        inputs_ = readTensors(reference, "inputs");
        outputs_ = readTensors(reference, "outputs");
    }
}

RowFiles::~RowFiles() {
    std::error_code ignored;
    fs::remove_all(scratch_, ignored);
}

fs::path RowFiles::model(const std::string& form) const {
    if (row_.from == CorpusRow::Source::Npm) {
        return folder_ / row_.file;
    }
    return folder_ / (form == "onnx" ? "model.onnx" : form + ".pt");
}

void RowFiles::makeNetwork() {
    folder_ = scratch_ / row_.name;
    const CommandResult made =
        runCommand("/usr/bin/python3 '" QS_SOURCE_DIR "/tests/corpus/make_corpus.py' '" + scratch_.string() +
                   "' " + row_.name);
    if (made.status == kAbsent) {
        absent_ = made.log;
    } else if (made.status != 0) {
        failure_ = made.log;
    }
}

void RowFiles::findPackage() {
    folder_ = nodeModules();
    if (!fs::exists(model("onnx"))) {
        absent_ = row_.file + " is not in " + folder_.string() + " (packaging/install-deps puts it there)";
        return;
    }
    inputs_.push_back({"x", strokes(row_.shape)});
}

void RowFiles::findSmall() {
    folder_ = corpusFolder() / "small" / row_.name;
    if (!fs::exists(corpusFolder() / "small" / "done")) {
        absent_ = "needs the corpus fixture: python3-torch and python3-onnx";
    } else if (!fs::exists(model(row_.forms.at(0)))) {
        failure_ = "make_corpus.py makes no " + row_.name;
    }
}

}  // namespace qs::test
