#pragma once

#include <filesystem>
#include <functional>
#include <string>

namespace qs::test {

/// A copy of the archive at `path`, in the same folder, whose records were changed: `change` is given each
/// one's name and content. Checksums and sizes are right. Throws where it changes nothing.
std::filesystem::path changedArchive(
    const std::filesystem::path& path,
    const std::function<void(const std::string& name, std::string& content)>& change);

/// The first `from` in `text` replaced by `to`, where there is one.
void replaceFirst(std::string& text, const std::string& from, const std::string& to);

/// A copy of a TorchScript file whose methods would write the file `mark` wherever they are run.
std::filesystem::path actingCopy(const std::filesystem::path& path, const std::filesystem::path& mark);

}  // namespace qs::test
