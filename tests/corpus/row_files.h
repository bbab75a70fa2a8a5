#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "corpus/manifest.h"
#include "corpus/tensor_files.h"

namespace qs::test {

/// The files of a row. Networks are written when the object is made and deleted with it, because all of them
/// together take gigabytes; small models come from CTest's fixture `corpus`, others from npm.
class RowFiles {
  public:
    explicit RowFiles(const CorpusRow& row);
    ~RowFiles();
    RowFiles(const RowFiles&) = delete;
    RowFiles& operator=(const RowFiles&) = delete;

    /// Why the row cannot be tested here, or empty.
    const std::string& absent() const { return absent_; }
    /// What went wrong in making it, or empty.
    const std::string& failure() const { return failure_; }

    std::filesystem::path model(const std::string& form) const;
    /// A folder for what a test makes of the row; deleted with the object.
    const std::filesystem::path& scratch() const { return scratch_; }

    /// Empty for rows that are only refused.
    const std::vector<NamedTensor>& inputs() const { return inputs_; }
    /// What eager PyTorch made of inputs(); empty where no module exists.
    const std::vector<NamedTensor>& eagerOutputs() const { return outputs_; }

  private:
    void makeNetwork();
    void findPackage();
    void findSmall();

    const CorpusRow& row_;
    std::filesystem::path folder_;
    std::filesystem::path scratch_;
    std::string absent_;
    std::string failure_;
    std::vector<NamedTensor> inputs_;
    std::vector<NamedTensor> outputs_;
};

/// node_modules as packaging/install-deps fills it, or $QS_NODE_MODULES.
std::filesystem::path nodeModules();

/// Output and exit status of a shell command.
struct CommandResult {
    int status = -1;
    std::string log;
};
CommandResult runCommand(const std::string& command);

}  // namespace qs::test
