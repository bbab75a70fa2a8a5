#include <sys/stat.h>

#include "isolation/local_outputs.h"

namespace qs {

namespace fs = std::filesystem;

namespace {

/// With folders as they are, and the last part as it is named.
fs::path placeOf(const fs::path& path) {
    std::error_code error;
    const fs::path folder = fs::canonical(folderOf(path), error);
    return error ? fs::absolute(path, error).lexically_normal() : folder / path.filename();
}

bool isInside(const fs::path& path, const fs::path& folder) {
    const fs::path relative = path.lexically_relative(folder);
    return !relative.empty() && *relative.begin() != "..";
}

bool isSame(const fs::path& a, const fs::path& b) {
    std::error_code error;
    return placeOf(a) == placeOf(b) || fs::equivalent(a, b, error);
}

Status checkPlace(const OutputClaim& claim) {
    const fs::path& path = claim.path;
    if (path.empty() || !path.has_filename() || path.filename() == "." || path.filename() == "..") {
        return failure("cannot write '" + path.string() + "': not a file name");
    }
    std::error_code error;
    if (!fs::is_directory(folderOf(path), error)) {
        return failure("cannot write " + path.string() + ": the folder " + folderOf(path).string() +
                       " does not exist");
    }
    if (claim.isFolder) {
        QS_TRY(checkFolder(path));
    } else if (fs::is_directory(path, error)) {
        return failure("cannot write " + path.string() + ": it is a folder");
    } else if (fs::exists(path, error) && !fs::is_regular_file(path, error)) {
        return failure("cannot write " + path.string() + ": it is a device or a pipe, not a file");
    }
    sweepTemporaries(folderOf(path));
    const auto tried = StagedFile::make(path, false);
    return tried ? Status() : Status(tried.error());
}

Status checkReplacing(const OutputClaim& claim) {
    std::error_code error;
    const bool exists = fs::exists(fs::symlink_status(claim.path, error)) &&
                        !(claim.isFolder && fs::is_empty(claim.path, error));
    return !exists || claim.replace
               ? Status()
               : Status(failure(
                     claim.path.string() + " exists already: replace it with --force, or choose another name",
                     {{"file", claim.path.string()}, {"exists", true}}));
}

Status checkInputs(const OutputClaim& claim, const std::vector<OutputInput>& inputs) {
    std::error_code error;
    for (const OutputInput& input : inputs) {
        if (isSame(claim.path, input.path)) {
            return usageError("the output " + claim.path.string() + " is " + input.what +
                              " itself: give it another name");
        }
        if (claim.isFolder && fs::exists(input.path, error) &&
            isInside(placeOf(input.path), placeOf(claim.path))) {
            return usageError("the folder " + claim.path.string() + " holds " + input.what + " (" +
                              input.path.string() + "): choose another one");
        }
    }
    return {};
}

/// The claim's path and those of its companions, each as a claim of its own.
std::vector<OutputClaim> filesOf(const OutputClaim& claim) {
    std::vector<OutputClaim> files{claim};
    for (const fs::path& companion : claim.companions) {
        files.push_back({companion, false, claim.replace, {}});
    }
    return files;
}

Status checkDistinct(const std::vector<OutputClaim>& claims) {
    for (size_t i = 0; i < claims.size(); ++i) {
        for (size_t j = 0; j < i; ++j) {
            const OutputClaim &a = claims[j], &b = claims[i];
            const bool inside = (a.isFolder && isInside(placeOf(b.path), placeOf(a.path))) ||
                                (b.isFolder && isInside(placeOf(a.path), placeOf(b.path)));
            if (inside || isSame(a.path, b.path)) {
                return usageError("two outputs have the name " + b.path.string() +
                                  (inside && !isSame(a.path, b.path) ? " or a folder that holds it" : "") +
                                  ": give each one of its own");
            }
        }
    }
    return {};
}

}  // namespace

Status checkClaims(const std::vector<OutputClaim>& before, const std::vector<OutputClaim>& claims,
                   const std::vector<OutputInput>& inputs) {
    std::vector<OutputClaim> all;
    for (const std::vector<OutputClaim>* list : {&before, &claims}) {
        for (const OutputClaim& claim : *list) {
            const auto files = filesOf(claim);
            all.insert(all.end(), files.begin(), files.end());
        }
    }
    QS_TRY(checkDistinct(all));
    for (const OutputClaim& claim : claims) {
        for (const OutputClaim& file : filesOf(claim)) {
            QS_TRY(checkInputs(file, inputs));
        }
        QS_TRY(checkPlace(claim));
        QS_TRY(checkReplacing(claim));
    }
    return {};
}

}  // namespace qs
