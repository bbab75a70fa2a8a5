#pragma once

#include <caffe2/serialize/inline_container.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "importers/torchscript/pickled_tensors.h"

namespace qs {

/// The records of an archive that LibTorch wrote, as LibTorch finds them: by name, whatever its case.
class ArchiveRecords {
  public:
    /// `path` is a sound zip archive (see checkZip()). Throws what LibTorch throws, and std::runtime_error
    /// where two records have one name.
    explicit ArchiveRecords(const std::filesystem::path& path);

    /// In lower case.
    const std::vector<std::string>& names() const { return names_; }
    bool has(const std::string& name) const { return sizes_.contains(name); }
    std::string read(const std::string& name);
    /// Of the file format, as the file says.
    uint64_t version() const { return reader_.version(); }
    /// Bytes of all records.
    uint64_t totalBytes() const { return totalBytes_; }
    /// The tensors of a pickle whose records stand below `folder` ("data/").
    TensorRecords tensors(const std::string& folder);

  private:
    caffe2::serialize::PyTorchStreamReader reader_;
    std::vector<std::string> names_;
    std::map<std::string, uint64_t> sizes_;
    uint64_t totalBytes_ = 0;
};

}  // namespace qs
