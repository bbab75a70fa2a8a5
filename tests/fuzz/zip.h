#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace qs::test {

/// A member of a zip archive.
struct ZipEntry {
    std::string name;
    std::string content;
};

/// The members of a sound archive below 4 GB. Throws for others.
std::vector<ZipEntry> readZip(const std::string& bytes);
/// An archive without compression whose checksums and sizes are right.
std::string writeStoredZip(const std::vector<ZipEntry>& entries);

/// An archive whose container is sound, so that damage reaches what reads its members: one member mutated.
std::string mutateMember(const std::string& archive, uint64_t seed);
/// The same with one of the members whose names end in `suffix`, mutated by `how`. Throws where there is
/// none.
std::string mutateMember(const std::string& archive, const std::string& suffix, uint64_t seed,
                         const std::function<std::string(const std::string&, uint64_t)>& how);

}  // namespace qs::test
