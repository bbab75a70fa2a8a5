#pragma once

#include <list>
#include <vector>

#include "isolation/output_set.h"
#include "isolation/staged_file.h"
#include "isolation/staged_folder.h"

namespace qs {

/// Writes the files itself.
class LocalOutputs : public OutputSet {
  public:
    Status claim(const std::vector<OutputClaim>& claims, const std::vector<OutputInput>& inputs) override;
    Result<Descriptor> create(const std::filesystem::path& path, bool executable) override;
    Status publish() override;

  private:
    struct Place {
        explicit Place(OutputClaim place) : claim(std::move(place)) {}
        OutputClaim claim;
        std::list<StagedFile> files;
    };
    Place* placeOf(const std::filesystem::path& path);

    std::list<Place> places_;
};

/// Whether every claim can be kept, beside those `before` it, and none is an input. Leaves nothing behind.
Status checkClaims(const std::vector<OutputClaim>& before, const std::vector<OutputClaim>& claims,
                   const std::vector<OutputInput>& inputs);

}  // namespace qs
