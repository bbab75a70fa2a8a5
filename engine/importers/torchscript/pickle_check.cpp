#include "importers/torchscript/pickle_check.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include "importers/torchscript/packed_state.h"

namespace qs {

namespace {

using Kind = PickleValue::Kind;

constexpr std::string_view kTypeTag = "torch.jit._pickle\nrestore_type_tag";
constexpr size_t kMostTypeText = 10'000;
constexpr int kMostTypeNesting = 50;

/// "torch.jit._pickle\nbuild_intlist" as "torch.jit._pickle.build_intlist".
std::string dotted(std::string_view global) {
    std::string name(global.substr(0, 200));
    std::ranges::replace(name, '\n', '.');
    return name;
}

Kind elementKind(std::string_view global) {
    if (global == "torch.jit._pickle\nbuild_intlist") {
        return Kind::Int;
    }
    if (global == "torch.jit._pickle\nbuild_doublelist") {
        return Kind::Float;
    }
    return global == "torch.jit._pickle\nbuild_boollist" ? Kind::Bool : Kind::Call;
}

/// What may stand in a tuple without being called: the types of storages and the ways to quantize.
bool isConstant(std::string_view global) {
    return global.starts_with("torch\n") && global != "torch\ndevice";
}

bool isType(const PickleValue& value) {
    return value.is(Kind::String) && value.text.size() <= kMostTypeText && isShallowType(value.text);
}

/// Whether `value` is one that a dictionary can be searched for.
bool isKey(const PickleValue& value) {
    return value.is(Kind::String) || value.is(Kind::Int) || value.is(Kind::Float) || value.is(Kind::Bool) ||
           value.is(Kind::Call);
}

class PickleCheck {
  public:
    PickleCheck(const TensorRecords& records, uint64_t mostBytes)
        : records_(records), mostBytes_(mostBytes) {}

    Status value(const PickleValue& value) {
        switch (value.kind) {
            case Kind::Tuple:
                return tuple(value);
            case Kind::List:
            case Kind::Dict:
                return container(value);
            case Kind::Storage:
                return storage(value);
            case Kind::Call:
                return call(value);
            default:
                return {};
        }
    }

  private:
    static Status tuple(const PickleValue& tuple) {
        for (const PickleValue* item : tuple.items) {
            if (item->is(Kind::Global) && !isConstant(item->text)) {
                return failure("names " + dotted(item->text) + " as a value");
            }
        }
        return {};
    }

    static Status container(const PickleValue& container) {
        for (size_t i = 0; i < container.items.size(); ++i) {
            const PickleValue& item = *container.items[i];
            if (item.is(Kind::Global) || item.is(Kind::Storage)) {
                return failure("has a list or dictionary of what is no value");
            }
            if (container.is(Kind::Dict) && i % 2 == 0 && !isKey(item)) {
                return failure("has a dictionary with a key that is none");
            }
        }
        return {};
    }

    Status storage(const PickleValue& storage) {
        QS_TRY(checkStorage(storage, records_));
        bytes_ += storageBytes(storage);
        if (bytes_ > mostBytes_) {
            return failure("has tensors that claim " + std::to_string(bytes_) +
                           " bytes, more than the file has");
        }
        return {};
    }

    Status call(const PickleValue& call) {
        const std::string_view global = call.items[0]->text;
        if (isTensor(call)) {
            return checkTensor(call, records_);
        }
        if (call.items[1]->is(Kind::Storage)) {
            return failure("gives " + dotted(global) + " what is no value");
        }
        if (global.starts_with("__torch__.") || global.starts_with("__torch__\n")) {
            return object(call);
        }
        return builtin(global, *call.items[1]);
    }

    Status object(const PickleValue& object) {
        const std::string_view global = object.items[0]->text;
        if (global.starts_with("__torch__.torch.classes.") && !isPackedClass(global)) {
            return failure("has an object of class " + dotted(global) + ", which is none of a network");
        }
        return checkPackedState(object, records_);
    }

    /// The functions by which LibTorch writes what pickles have no form for.
    static Status builtin(std::string_view global, const PickleValue& argument) {
        const auto& items = argument.items;
        if (!argument.is(Kind::Tuple)) {
            return failure("gives " + dotted(global) + " what is no list of arguments");
        }
        if (global == "collections\nOrderedDict") {
            return items.empty() ? Status() : failure("has an ordered dictionary with something in it");
        }
        if (global == "torch\ndevice" && items.size() == 1 && items[0]->is(Kind::String)) {
            return {};
        }
        if (global == "builtins\ncomplex" && items.size() == 2 && items[0]->is(Kind::Float) &&
            items[1]->is(Kind::Float)) {
            return {};
        }
        if (global == kTypeTag && items.size() == 2 &&
            (items[0]->is(Kind::List) || items[0]->is(Kind::Dict)) && isType(*items[1])) {
            return {};
        }
        return typedList(global, items);
    }

    static Status typedList(std::string_view global, const std::vector<const PickleValue*>& items) {
        static const std::set<std::string_view> kBuilders = {
            "torch.jit._pickle\nbuild_intlist", "torch.jit._pickle\nbuild_doublelist",
            "torch.jit._pickle\nbuild_boollist", "torch.jit._pickle\nbuild_tensorlist"};
        if (!kBuilders.contains(global)) {
            return failure("names " + dotted(global) + ", which TorchScript does not use");
        }
        const Kind kind = elementKind(global);
        const bool sound = items.size() == 1 && items[0]->is(Kind::List) &&
                           std::ranges::all_of(items[0]->items, [&](const PickleValue* item) {
                               return item->is(kind) && (kind != Kind::Call || isTensor(*item));
                           });
        return sound ? Status() : failure("has a list with items of another type than it");
    }

    const TensorRecords& records_;
    uint64_t mostBytes_;
    uint64_t bytes_ = 0;
};

}  // namespace

bool isShallowType(std::string_view text) {
    int nesting = 0, deepest = 0;
    for (const char c : text) {
        nesting += c == '[' || c == '(' ? 1 : c == ']' || c == ')' ? -1 : 0;
        deepest = std::max(deepest, nesting);
    }
    return deepest <= kMostTypeNesting;
}

Status checkPickle(const Pickle& pickle, const TensorRecords& records, uint64_t mostBytes) {
    PickleCheck check(records, mostBytes);
    for (const PickleValue& value : pickle.values) {
        QS_TRY(check.value(value));
    }
    const bool isValue = !pickle.root->is(Kind::Global) && !pickle.root->is(Kind::Storage);
    return isValue ? Status() : failure("holds no value");
}

}  // namespace qs
