#include "importers/torchscript/pickle.h"

#include <algorithm>
#include <string>
#include <utility>

#include "importers/torchscript/pickle_bytes.h"

namespace qs {

namespace {

using Kind = PickleValue::Kind;

constexpr size_t kMostPickleBytes = size_t{32} << 20;
constexpr int kMostPickleDepth = 1000;

class Reader {
  public:
    explicit Reader(std::string_view bytes) : in_(bytes) {}

    Pickle read() {
        if (in_.size() > kMostPickleBytes) {
            throw Malformed{"is larger than " + std::to_string(kMostPickleBytes >> 20) + " MiB"};
        }
        if (in_.byte() != kProto || in_.byte() != 2) {
            throw Malformed{"is no pickle of protocol 2"};
        }
        while (step()) {
        }
        if (stack_.size() != 1 || !marks_.empty()) {
            throw Malformed{"does not end with one value"};
        }
        pickle_.root = stack_.back();
        return std::move(pickle_);
    }

  private:
    // ---- values

    PickleValue* push(PickleValue value) {
        pickle_.values.push_back(std::move(value));
        stack_.push_back(&pickle_.values.back());
        return stack_.back();
    }

    /// Values above the last mark, at least `count`.
    size_t available() const { return stack_.size() - (marks_.empty() ? 0 : marks_.back()); }

    void need(size_t count) const {
        if (available() < count) {
            throw Malformed{"uses a value that is not there"};
        }
    }

    PickleValue* top() const {
        need(1);
        return stack_.back();
    }

    void hold(PickleValue& whole, PickleValue* part) const {
        if (part == &whole) {
            throw Malformed{"has a value that holds itself"};
        }
        part->held = true;
        whole.depth = std::max(whole.depth, part->depth + 1);
        if (whole.depth > kMostPickleDepth) {
            throw Malformed{"is nested more than " + std::to_string(kMostPickleDepth) + " levels deep"};
        }
        whole.items.push_back(part);
    }

    /// Moves everything from `begin` up into `whole`.
    void holdFrom(size_t begin, PickleValue& whole) {
        for (size_t i = begin; i < stack_.size(); ++i) {
            hold(whole, stack_[i]);
        }
        stack_.resize(begin);
    }

    size_t popMark() {
        if (marks_.empty()) {
            throw Malformed{"ends a group that does not begin"};
        }
        const size_t mark = marks_.back();
        marks_.pop_back();
        return mark;
    }

    void makeTuple(size_t count) {
        need(count);
        PickleValue tuple{.kind = Kind::Tuple};
        holdFrom(stack_.size() - count, tuple);
        push(std::move(tuple));
    }

    /// What stands above the mark becomes part of the list or dict below it.
    void extend(Kind kind, size_t begin) {
        if (begin == 0 || stack_.size() < begin || !stack_[begin - 1]->is(kind) || stack_[begin - 1]->held ||
            (!marks_.empty() && marks_.back() >= begin)) {
            throw Malformed{"adds to what is no list or dictionary of its own"};
        }
        if (kind == Kind::Dict && (stack_.size() - begin) % 2 != 0) {
            throw Malformed{"has a key without a value"};
        }
        holdFrom(begin, *stack_[begin - 1]);
    }

    void requireGlobal(const PickleValue& value) const {
        if (!value.is(Kind::Global)) {
            throw Malformed{"calls what is no function"};
        }
    }

    void newObject() {
        need(2);
        requireGlobal(*stack_[stack_.size() - 2]);
        if (!stack_.back()->is(Kind::Tuple) || !stack_.back()->items.empty()) {
            throw Malformed{"makes an object with arguments"};
        }
        stack_.pop_back();
    }

    void call() {
        need(2);
        requireGlobal(*stack_[stack_.size() - 2]);
        PickleValue call{.kind = Kind::Call};
        holdFrom(stack_.size() - 2, call);
        push(std::move(call));
    }

    void makeStorage() {
        if (!top()->is(Kind::Tuple)) {
            throw Malformed{"names no storage"};
        }
        PickleValue storage{.kind = Kind::Storage, .items = top()->items};
        stack_.pop_back();
        push(std::move(storage));
    }

    // ---- memo

    /// Numbers follow one another: LibTorch makes room for all below the highest.
    void put(size_t id) {
        if (id > memo_.size()) {
            throw Malformed{"stores value " + std::to_string(id) + " before the values below"};
        }
        if (id == memo_.size()) {
            memo_.push_back(top());
        } else {
            memo_[id] = top();
        }
    }

    void get(size_t id) {
        if (id >= memo_.size()) {
            throw Malformed{"reads value " + std::to_string(id) + ", which was not stored"};
        }
        stack_.push_back(memo_[id]);
    }

    /// False at the end.
    bool step() {
        const unsigned char opcode = in_.byte();
        switch (opcode) {
            case kStop:
                return false;
            case kMark:
                marks_.push_back(stack_.size());
                break;
            case kNone:
                push({.kind = Kind::None});
                break;
            case kNewTrue:
            case kNewFalse:
                push({.kind = Kind::Bool, .integer = opcode == kNewTrue});
                break;
            case kBinInt1:
                push({.kind = Kind::Int, .integer = in_.byte()});
                break;
            case kBinInt2:
                push({.kind = Kind::Int, .integer = in_.little<uint16_t>()});
                break;
            case kBinInt:
                push({.kind = Kind::Int, .integer = in_.little<int32_t>()});
                break;
            case kLong1:
                if (in_.byte() != sizeof(int64_t)) {
                    throw Malformed{"has a number that is not of 8 bytes"};
                }
                push({.kind = Kind::Int, .integer = in_.little<int64_t>()});
                break;
            case kBinFloat:
                push({.kind = Kind::Float, .real = in_.bigEndianReal()});
                break;
            case kBinUnicode:
                push({.kind = Kind::String, .text = in_.take(in_.little<uint32_t>())});
                break;
            case kGlobal:
                push({.kind = Kind::Global, .text = in_.globalName()});
                break;
            case kEmptyTuple:
                makeTuple(0);
                break;
            case kTuple1:
            case kTuple2:
            case kTuple3:
                makeTuple(opcode - kTuple1 + 1);
                break;
            case kTuple:
                makeTuple(stack_.size() - popMark());
                break;
            case kEmptyList:
                push({.kind = Kind::List});
                break;
            case kAppends:
                extend(Kind::List, popMark());
                break;
            case kEmptyDict:
                push({.kind = Kind::Dict});
                break;
            case kSetItem:
                need(3);
                extend(Kind::Dict, stack_.size() - 2);
                break;
            case kSetItems:
                extend(Kind::Dict, popMark());
                break;
            case kNewObj:
                newObject();
                break;
            case kReduce:
            case kBuild:
                call();
                break;
            case kBinPersId:
                makeStorage();
                break;
            case kBinPut:
                put(in_.byte());
                break;
            case kLongBinPut:
                put(in_.little<uint32_t>());
                break;
            case kBinGet:
                get(in_.byte());
                break;
            case kLongBinGet:
                get(in_.little<uint32_t>());
                break;
            default:
                throw Malformed{"has opcode " + std::to_string(opcode) + ", which TorchScript does not use"};
        }
        return true;
    }

    ByteReader in_;
    Pickle pickle_;
    std::vector<PickleValue*> stack_;
    std::vector<size_t> marks_;
    std::vector<PickleValue*> memo_;
};

}  // namespace

Result<Pickle> readPickle(std::string_view bytes) {
    try {
        return Reader(bytes).read();
    } catch (const Malformed& malformed) {
        return failure(malformed.why);
    }
}

}  // namespace qs
