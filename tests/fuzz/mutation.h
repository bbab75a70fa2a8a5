#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace qs::test {

/// `bytes` damaged in a way that `seed` decides, the same on every machine: truncated, bits flipped, bytes
/// overwritten with noise or with extreme numbers, a chunk doubled, removed or moved.
std::string mutate(const std::string& bytes, uint64_t seed);

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

}  // namespace qs::test
