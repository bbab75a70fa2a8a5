#include "isolation/local_outputs.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <functional>

namespace qs {

namespace fs = std::filesystem;

namespace {

bool isInside(const fs::path& path, const fs::path& folder) {
    const fs::path relative = path.lexically_normal().lexically_relative(folder.lexically_normal());
    return !relative.empty() && *relative.begin() != ".." && relative != ".";
}

/// The names in the folder are on the disk; where the file system cannot say, nothing can be done.
void syncFolder(const fs::path& folder) {
    const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    ::fsync(opened.get());
}

/// What was published so far, to be taken back unless all of it was.
class Undo {
  public:
    ~Undo() {
        for (auto undo = steps_.rbegin(); undo != steps_.rend(); ++undo) {
            (*undo)();
        }
    }
    Undo() = default;
    Undo(const Undo&) = delete;
    Undo& operator=(const Undo&) = delete;

    void add(std::function<void()> step) { steps_.push_back(std::move(step)); }
    void forget() { steps_.clear(); }

  private:
    std::vector<std::function<void()>> steps_;
};

}  // namespace

Status LocalOutputs::claim(const std::vector<OutputClaim>& claims, const std::vector<OutputInput>& inputs) {
    std::vector<OutputClaim> before;
    for (const Place& place : places_) {
        before.push_back(place.claim);
    }
    QS_TRY(checkClaims(before, claims, inputs));
    for (const OutputClaim& claim : claims) {
        places_.emplace_back(claim);
    }
    return {};
}

LocalOutputs::Place* LocalOutputs::placeOf(const fs::path& path) {
    const auto holds = [&](const Place& place) {
        return place.claim.path == path || std::ranges::count(place.claim.companions, path) > 0 ||
               (place.claim.isFolder && isInside(path, place.claim.path));
    };
    const auto found = std::ranges::find_if(places_, holds);
    return found == places_.end() ? nullptr : &*found;
}

Result<Descriptor> LocalOutputs::create(const fs::path& path, bool executable) {
    Place* place = placeOf(path);
    if (!place) {
        return failure("cannot write " + path.string() + ": nobody asked for it");
    }
    std::error_code error;
    if (!place->claim.isFolder && !place->claim.replace && fs::exists(fs::symlink_status(path, error))) {
        return failure(path.string() + " exists already: replace it with --force, or choose another name",
                       {{"file", path.string()}, {"exists", true}});
    }
    // Files of a folder are made beside it: on the same file system, and the folder is not there yet.
    auto staged = StagedFile::make(place->claim.isFolder ? place->claim.path : path, executable);
    if (!staged) {
        return staged.error();
    }
    Descriptor copy(::fcntl(staged->descriptor(), F_DUPFD_CLOEXEC, 0));
    if (!copy) {
        return cannotWrite(path, errno);
    }
    staged->moveTo(path);
    std::erase_if(place->files, [&](const StagedFile& file) { return file.path() == path; });
    place->files.push_back(std::move(*staged));
    return copy;
}

Status LocalOutputs::publish() {
    std::list<StagedFolder> folders;
    for (Place& place : places_) {
        for (const StagedFile& file : place.files) {
            QS_TRY(file.sync());
        }
        if (place.claim.isFolder && !place.files.empty()) {
            folders.emplace_back(place.claim.path);
            QS_TRY(folders.back().build(place.files));
        }
    }
    Undo undo;
    for (auto place = places_.rbegin(); place != places_.rend(); ++place) {
        if (place->claim.isFolder) {
            continue;
        }
        for (auto file = place->files.rbegin(); file != place->files.rend(); ++file) {
            QS_TRY(file->publish(place->claim.replace));
            undo.add([file] { file->undo(); });
        }
    }
    for (StagedFolder& folder : folders) {
        QS_TRY(folder.publish());
        undo.add([&folder] { folder.undo(); });
    }
    undo.forget();
    for (Place& place : places_) {
        for (StagedFile& file : place.files) {
            file.settle();
        }
        syncFolder(folderOf(place.claim.path));
    }
    places_.clear();
    return {};
}

std::unique_ptr<OutputSet> makeLocalOutputs() {
    return std::make_unique<LocalOutputs>();
}

}  // namespace qs
