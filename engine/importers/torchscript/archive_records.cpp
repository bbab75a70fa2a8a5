#include "importers/torchscript/archive_records.h"

#include <algorithm>
#include <stdexcept>

#include "importers/archive.h"

namespace qs {

namespace {

std::string lowered(std::string_view text) {
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return lower;
}

}  // namespace

ArchiveRecords::ArchiveRecords(const std::filesystem::path& path) : reader_(path.string()) {
    const auto sizes = zipSizes(path);
    if (!sizes) {
        throw std::runtime_error("it has no table of contents");
    }
    for (const auto& [member, size] : *sizes) {
        const std::string name = lowered(std::string_view(member).substr(member.find('/') + 1));
        if (!sizes_.emplace(name, size).second) {
            throw std::runtime_error("it has two records named " + name);
        }
        names_.push_back(name);
        totalBytes_ += size;
    }
}

std::string ArchiveRecords::read(const std::string& name) {
    const auto [data, size] = reader_.getRecord(name);
    return {static_cast<const char*>(data.get()), size};
}

TensorRecords ArchiveRecords::tensors(const std::string& folder) {
    return {.size = [this, folder](std::string_view name) -> std::optional<uint64_t> {
                const auto found = sizes_.find(lowered(folder + std::string(name)));
                return found == sizes_.end() ? std::nullopt : std::optional(found->second);
            },
            .read = [this, folder](std::string_view name) { return read(folder + std::string(name)); }};
}

}  // namespace qs
