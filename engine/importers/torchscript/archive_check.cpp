#include "importers/torchscript/archive_check.h"

#include <algorithm>
#include <optional>
#include <string>

#include "core/guard.h"
#include "importers/archive.h"
#include "importers/torchscript/archive_records.h"
#include "importers/torchscript/bytecode_check.h"
#include "importers/torchscript/debug_check.h"
#include "importers/torchscript/packed_state.h"
#include "importers/torchscript/pickle_check.h"
#include "importers/torchscript/refusals.h"
#include "importers/torchscript/source_check.h"

namespace qs {

namespace {

constexpr auto kBytecode = "bytecode.pkl";
constexpr auto kSaveScript =
    "save torch.jit.script(model) instead: torch.jit.script(model).save(\"model.pt\")";

/// Where the tensors of a pickle are.
std::string folderOf(const std::string& pickle, const ArchiveRecords& records) {
    const bool hasOwnFolder = std::ranges::any_of(
        records.names(), [](const std::string& name) { return name.starts_with("bytecode/"); });
    return pickle == kBytecode && !hasOwnFolder ? "constants/" : pickle.substr(0, pickle.rfind('.')) + "/";
}

/// The classes of a source: "__torch__.torch.nn.modules.conv" for "code/__torch__/torch/nn/modules/conv.py".
std::string moduleOf(const std::string& record) {
    std::string module = record.substr(record.find('/') + 1);
    module.erase(module.rfind('.'));
    std::ranges::replace(module, '/', '.');
    return module;
}

class Archive {
  public:
    explicit Archive(const std::filesystem::path& path) : path_(path), records_(path) {}

    Status checkModel() {
        if (!records_.has("constants.pkl")) {
            return failure(path_.string() +
                           (records_.has("data.pkl")
                                ? " is a state_dict or a pickled module, not TorchScript: "
                                : " is an archive, but not a TorchScript model: ") +
                           kSaveScript);
        }
        if (records_.has("model.json")) {
            return unsound(path_, "it is of a version before PyTorch 1.2: save it again with a newer one");
        }
        if (records_.has("code/__torch__/torch/classes/xnnpack.py")) {
            return failure(path_.string() +
                           " was made by optimize_for_mobile, which packs its weights for phones: open the "
                           "model that it was made from, torch.jit.script(model).save(\"model.pt\")");
        }
        for (const std::string& record : records_.names()) {
            if (record.starts_with("code/") && record.ends_with(".py")) {
                QS_TRY(checkCode(record));
            } else if (record.ends_with("pkl") && !record.starts_with("extra/")) {
                QS_TRY(checkPickled(record, [&](const Pickle& pickle) {
                    return record.ends_with(".debug_pkl") ? checkDebug(record, pickle) : Status();
                }));
            }
        }
        return restoresItself_ && forbidden_ ? Status(*forbidden_) : Status();
    }

    Status checkBytecode() {
        if (!records_.has(kBytecode)) {
            return failure(path_.string() + " has no bytecode: export it for the lite interpreter");
        }
        for (const char* debug : {"mobile_debug_handles.pkl", "callstack_debug_map.pkl"}) {
            if (records_.has(debug)) {
                return failure(path_.string() + " has debug information for phones (" + debug +
                               "), which is not read: export it without");
            }
        }
        return checkPickled(kBytecode, [&](const Pickle& bytecode) {
            return checkPickled("data.pkl", [&](const Pickle& data) {
                return qs::checkBytecode(bytecode, data, records_.version(), path_);
            });
        });
    }

    Status checkWeights() {
        return checkPickled("data.pkl", [&](const Pickle& pickle) { return checkDictionary(pickle); });
    }

  private:
    Status checkCode(const std::string& record) {
        const auto facts = checkSource(records_.read(record));
        if (!facts) {
            return unsound(path_, record + ' ' + facts.error().message);
        }
        if (facts->restoresItself && !isQuantizedModule(moduleOf(record))) {
            return unsound(path_,
                           record +
                               " has a class that restores itself (__setstate__), which only PyTorch's "
                               "quantized modules may");
        }
        restoresItself_ = restoresItself_ || facts->restoresItself;
        if (facts->forbidden && !forbidden_) {
            forbidden_ = forbiddenOperator(
                path_, facts->forbidden->name,
                record + " (line " + std::to_string(facts->forbidden->line) + ") while it is loaded");
        }
        return {};
    }

    template <typename Further>
    Status checkPickled(const std::string& record, Further&& further) {
        const std::string bytes = records_.read(record);
        const auto pickle = readPickle(bytes);
        if (!pickle) {
            return unsound(path_, record + ' ' + pickle.error().message);
        }
        const TensorRecords tensors = records_.tensors(folderOf(record, records_));
        if (const Status sound = checkPickle(*pickle, tensors, records_.totalBytes()); !sound) {
            return unsound(path_, record + ' ' + sound.error().message);
        }
        return further(*pickle);
    }

    Status checkDebug(const std::string& record, const Pickle& pickle) const {
        const Status sound = checkDebugInformation(pickle);
        return sound ? sound : unsound(path_, record + ' ' + sound.error().message);
    }

    Status checkDictionary(const Pickle& pickle) {
        const PickleValue* dictionary = pickle.root;
        if (dictionary->calls("torch.jit._pickle\nrestore_type_tag")) {
            dictionary = dictionary->items[1]->items[0];
        }
        if (!dictionary->is(PickleValue::Kind::Dict)) {
            return unsound(path_, "it holds no weights by name");
        }
        for (size_t i = 0; i < dictionary->items.size(); i += 2) {
            const PickleValue& name = *dictionary->items[i];
            const PickleValue& weight = *dictionary->items[i + 1];
            if (!name.is(PickleValue::Kind::String) || !isTensor(weight) ||
                at::isQIntType(tensorOf(weight).type)) {
                return unsound(path_, "it holds something other than weights by name");
            }
        }
        return {};
    }

    std::filesystem::path path_;
    ArchiveRecords records_;
    bool restoresItself_ = false;
    std::optional<Error> forbidden_;
};

/// `check` on an archive whose container is sound.
template <typename Check>
Status inArchive(const std::filesystem::path& path, Check&& check) {
    QS_TRY(checkZip(path));
    try {
        Archive archive(path);
        return check(archive);
    } catch (const std::exception& error) {  // LibTorch's quote whatever the file holds
        return unsound(path, "it cannot be read as an archive of LibTorch");
    }
}

}  // namespace

Status checkTorchScript(const std::filesystem::path& path) {
    return inArchive(path, [](Archive& archive) { return archive.checkModel(); });
}

Status checkLite(const std::filesystem::path& path) {
    return inArchive(path, [](Archive& archive) -> Status {
        QS_TRY(archive.checkModel());
        return archive.checkBytecode();
    });
}

Status checkWeights(const std::filesystem::path& path) {
    return inArchive(path, [](Archive& archive) { return archive.checkWeights(); });
}

}  // namespace qs
