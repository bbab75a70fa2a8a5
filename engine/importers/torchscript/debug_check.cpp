#include "importers/torchscript/debug_check.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace qs {

namespace {

using Kind = PickleValue::Kind;
using Items = std::vector<const PickleValue*>;

constexpr std::string_view kWithTable = "FORMAT_WITH_STRING_TABLE";
constexpr std::string_view kIntegers = "torch.jit._pickle\nbuild_intlist";

bool isTupleOf(const PickleValue& value, size_t least) {
    return value.is(Kind::Tuple) && value.items.size() >= least;
}

bool isInteger(const PickleValue& value, int64_t most) {
    return value.is(Kind::Int) && value.integer >= 0 && value.integer <= most;
}

class DebugCheck {
  public:
    /// `texts`: what the ranges name by number; nullptr where they quote it.
    explicit DebugCheck(const Items* texts) : texts_(texts) {}

    /// (offset in the code, (source, begin, end), ...).
    bool isEntry(const PickleValue& entry) {
        if (!isTupleOf(entry, 2) || !entry.items[0]->is(Kind::Int) || !isTupleOf(*entry.items[1], 3)) {
            return false;
        }
        const Items& range = entry.items[1]->items;
        const auto [known, isNew] = lengths_.try_emplace(range[0], -1);
        if (isNew) {
            known->second = lengthOf(*range[0]);
        }
        const int64_t length = known->second;
        // Nodes without a source have the range from 0 to 1 of an empty text.
        return range.size() == 3 && length >= 0 && isInteger(*range[2], length + 1) &&
               isInteger(*range[1], std::min(length, range[2]->integer));
    }

  private:
    bool isText(const PickleValue& text) const {
        return texts_ ? isInteger(text, static_cast<int64_t>(texts_->size()) - 1) : text.is(Kind::String);
    }

    /// Characters of a source: (texts, file, line); negative where it is none.
    int64_t lengthOf(const PickleValue& source) const {
        constexpr int64_t kMostLine = int64_t{1} << 40;
        if (!isTupleOf(source, 3) || source.items.size() != 3 || !isInteger(*source.items[2], kMostLine)) {
            return -1;
        }
        const PickleValue &content = *source.items[0], &file = *source.items[1];
        if (!isText(file) && (texts_ || !file.is(Kind::None))) {
            return -1;
        }
        if (!texts_) {
            return content.is(Kind::String) ? static_cast<int64_t>(content.text.size()) : -1;
        }
        if (!content.calls(kIntegers)) {
            return -1;
        }
        int64_t length = 0;
        for (const PickleValue* text : content.items[1]->items[0]->items) {
            if (!isText(*text)) {
                return -1;
            }
            length += static_cast<int64_t>((*texts_)[static_cast<size_t>(text->integer)]->text.size());
        }
        return length;
    }

    const Items* texts_;
    std::unordered_map<const PickleValue*, int64_t> lengths_;  ///< of sources, which many ranges share
};

}  // namespace

Status checkDebugInformation(const Pickle& pickle) {
    const auto unsound = failure("names texts or places that are not there");
    if (!pickle.root->is(Kind::Tuple)) {
        return unsound;
    }
    const Items& root = pickle.root->items;
    const bool hasTable = !root.empty() && root[0]->is(Kind::String) && root[0]->text == kWithTable;
    if (hasTable && (root.size() < 3 || !root[1]->is(Kind::Tuple) || !root[2]->is(Kind::Tuple))) {
        return unsound;
    }
    const Items* texts = hasTable ? &root[1]->items : nullptr;
    if (texts &&
        !std::ranges::all_of(*texts, [](const PickleValue* text) { return text->is(Kind::String); })) {
        return unsound;
    }
    // LibTorch takes an empty table for none.
    DebugCheck check(texts && !texts->empty() ? texts : nullptr);
    const bool sound = std::ranges::all_of(hasTable ? root[2]->items : root,
                                           [&](const PickleValue* entry) { return check.isEntry(*entry); });
    return sound ? Status() : unsound;
}

}  // namespace qs
