#include "verify/file_runtime.h"

#include <algorithm>

#include "core/match.h"
#include "verify/file_process.h"

namespace qs {

namespace {

using Choice = FileRuntime::Choice;

/// Those that are chosen without being named, the best first.
std::vector<std::string> automatic() {
    std::vector<std::string> names;
    for (const Choice choice : {Choice::First, Choice::Last}) {
        for (const auto& [name, runtime] : fileRuntimes().entries()) {
            if (runtime.choice == choice) {
                names.push_back(name);
            }
        }
    }
    return names;
}

std::vector<std::string> runtimesFor(FileFormat format) {
    std::vector<std::string> names;
    for (const auto& [name, runtime] : fileRuntimes().entries()) {
        if (runtime.matches(format)) {
            names.push_back(name);
        }
    }
    return names;
}

Result<OpenedFile> openNamed(const FileFacts& facts, const std::string& name, int threads) {
    const FileRuntime* runtime = fileRuntimes().find(name);
    if (!runtime || !runtime->matches(facts.format)) {
        return usageError(
            (runtime ? name + " does not open " + facts.path.string() : "unknown runtime '" + name + "'") +
            ": use " + join(runtimesFor(facts.format)));
    }
    if (const std::string why = runtime->whyAbsent(); !why.empty()) {
        return failure("the runtime " + name + " is not here: " + why);
    }
    QS_ASSIGN(auto session,
              runtime->ownProcess ? openInProcess(facts, name, threads) : runtime->open(facts, threads));
    return OpenedFile{name, runtime->independent, std::move(session), {}};
}

}  // namespace

std::vector<std::string> availableRuntimes() {
    std::vector<std::string> names = automatic();
    for (const auto& [name, runtime] : fileRuntimes().entries()) {
        if (runtime.choice == Choice::ByName) {
            names.push_back(name);
        }
    }
    std::erase_if(names,
                  [](const std::string& name) { return !fileRuntimes().find(name)->whyAbsent().empty(); });
    return names;
}

std::string whyNoLayersIn(const FileFacts& facts) {
    return facts.layers.empty() ? "the file names no INT8 layers: only its outputs are compared" : "";
}

Result<OpenedFile> openFile(const FileFacts& facts, const std::string& name, int threads) {
    if (!name.empty()) {
        return openNamed(facts, name, threads);
    }
    std::vector<std::string> notes;
    for (const std::string& candidate : automatic()) {
        const FileRuntime& runtime = *fileRuntimes().find(candidate);
        if (!runtime.matches(facts.format)) {
            continue;
        }
        if (const std::string why = runtime.whyAbsent(); !why.empty()) {
            notes.push_back(std::string("not run by ").append(candidate).append(": ").append(why));
            continue;
        }
        auto opened = openNamed(facts, candidate, threads);
        if (!opened && !notes.empty()) {
            return failure(opened.error().message + " (" + join(notes, "; ") + ")");
        }
        if (opened) {
            opened->notes = std::move(notes);
        }
        return opened;
    }
    return failure("nothing here opens " + facts.path.string() + ": " + join(notes, "; "));
}

}  // namespace qs
