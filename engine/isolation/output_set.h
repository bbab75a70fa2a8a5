#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "isolation/descriptor.h"

namespace qs {

/// A file or folder that a command is about to write.
struct OutputClaim {
    std::filesystem::path path;
    bool isFolder = false;
    bool replace = false;                                ///< whether what has the name may be replaced
    std::vector<std::filesystem::path> companions = {};  ///< files that may come along: "m.onnx.data"
};

/// What a command reads, and so must not write.
struct OutputInput {
    std::filesystem::path path;
    std::string what;  ///< "the model", "the data"
};

/// Everything that a command writes. Files have no name, and nothing has changed, until commit(); then all of
/// them appear, or none. A set that is dropped, and a process that is killed, leave nothing. One thread at a
/// time.
class OutputSet {
  public:
    virtual ~OutputSet() = default;

    /// Adds places, before the work whose results go there. An error where one cannot be written, is named
    /// twice, is or holds an input, or exists and may not be replaced; a folder is replaced only where an
    /// export wrote it, and keeps what else lies in it.
    virtual Status claim(const std::vector<OutputClaim>& claims, const std::vector<OutputInput>& inputs) = 0;

    /// The content of a claimed file, of a companion, or of a file in a claimed folder.
    Status write(const std::filesystem::path& path, std::string_view bytes, bool executable = false);

    /// Where the content of `path` can be read now: what was written of it, else the path itself.
    std::filesystem::path readable(const std::filesystem::path& path) const;

    /// Gives all files their names, the first one last. From its call on the work counts as done: nothing
    /// interrupts it.
    Status commit();

  protected:
    /// A file without a name yet.
    virtual Result<Descriptor> create(const std::filesystem::path& path, bool executable) = 0;
    virtual Status publish() = 0;

  private:
    std::map<std::filesystem::path, Descriptor> written_;
};

/// A set that this process writes itself.
std::unique_ptr<OutputSet> makeLocalOutputs();

/// A set of the process that this one works for, which checks it against what the user asked for; where there
/// is none (see Supervisor), makeLocalOutputs().
std::unique_ptr<OutputSet> makeOutputs();

/// "cannot write P: No space left on device; make room there or choose another folder".
Error cannotWrite(const std::filesystem::path& path, int code);

}  // namespace qs
