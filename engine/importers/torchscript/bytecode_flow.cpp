#include "importers/torchscript/bytecode_flow.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "importers/torchscript/operator_effect.h"

namespace qs {

namespace {

using Kind = PickleValue::Kind;

/// Values that are compared or copied where paths meet; more than any network has by far.
constexpr size_t kMostWork = size_t{1} << 28;

constexpr StackValue kNothing{.isNone = true};

/// What is known at one place, whichever way led there.
struct State {
    std::vector<StackValue> stack, registers;
    std::vector<StackValue> newSlots;  ///< of the new object, as many as it has at least
};

struct Unsound {
    std::string why;
};

class Flow {
  public:
    Flow(const BytecodeFunction& function, const PickleValue* self, const RestoredSlots& restored,
         uint64_t version)
        : function_(function), self_(self), restored_(restored), version_(version) {}

    Slots run() {
        findJoins();
        State state;
        for (const std::string_view type : function_.arguments) {
            state.stack.push_back(StackValue::ofType(type));
        }
        if (!state.stack.empty()) {
            state.stack[0] = StackValue{.object = self_, .isNew = !self_};
        }
        state.registers.resize(static_cast<size_t>(function_.registers) + 1, kNothing);
        reach(0, std::move(state));
        while (!waiting_.empty()) {
            const size_t begin = *waiting_.begin();
            waiting_.erase(waiting_.begin());
            followFrom(begin);
        }
        Slots slots;
        for (const StackValue& value : ends_ ? ends_->newSlots : std::vector<StackValue>()) {
            slots.push_back({value.elements});
        }
        return slots;
    }

  private:
    const BytecodeInstruction& instruction(size_t at) const { return function_.instructions[at]; }

    static bool jumps(Opcode opcode) {
        return opcode == Opcode::JF || opcode == Opcode::JMP || opcode == Opcode::LOOP;
    }
    size_t target(size_t at) const {
        return static_cast<size_t>(static_cast<int64_t>(at) + instruction(at).x);
    }

    /// Where more than one path may lead; states are kept there only.
    void findJoins() {
        joins_.insert(0);
        for (size_t at = 0; at < function_.instructions.size(); ++at) {
            if (jumps(instruction(at).opcode)) {
                joins_.insert(target(at));
            }
        }
    }

    void work(size_t amount) {
        work_ += amount;
        if (work_ > kMostWork) {
            throw Unsound{"has too many paths to follow"};
        }
    }

    void work(const State& state) {
        work(state.stack.size() + state.registers.size() + state.newSlots.size());
    }

    /// A path leads to `at` with `state`.
    void reach(size_t at, State state) {
        work(state);
        const auto [known, isNew] = known_.try_emplace(at, state);
        if (isNew || merge(known->second, state)) {
            waiting_.insert(at);
        }
    }

    void end(const State& state) {
        State end{.stack = {}, .registers = {}, .newSlots = state.newSlots};
        if (ends_) {
            merge(*ends_, end);
        } else {
            ends_ = std::move(end);
        }
    }

    /// Keeps what both know. Whether `known` now knows less.
    static bool merge(State& known, const State& other) {
        if (known.stack.size() != other.stack.size()) {
            throw Unsound{"leaves the stack at different heights"};
        }
        bool changed = other.newSlots.size() < known.newSlots.size();
        known.newSlots.resize(std::min(known.newSlots.size(), other.newSlots.size()));
        const auto mergeAll = [&](std::vector<StackValue>& values, const std::vector<StackValue>& others) {
            for (size_t i = 0; i < values.size(); ++i) {
                const StackValue both = StackValue::both(values[i], others[i]);
                changed = changed || both != values[i];
                values[i] = both;
            }
        };
        mergeAll(known.stack, other.stack);
        mergeAll(known.registers, other.registers);
        mergeAll(known.newSlots, other.newSlots);
        return changed;
    }

    void followFrom(size_t begin) {
        State state = known_.at(begin);
        work(state);
        for (size_t at = begin;; ++at) {
            if (at != begin && joins_.contains(at)) {
                return reach(at, std::move(state));
            }
            if (!step(at, state)) {
                return;
            }
        }
    }

    // ---- the stack

    static void need(const State& state, int64_t count) {
        if (std::cmp_less(state.stack.size(), count)) {
            throw Unsound{"takes more from the stack than there is"};
        }
    }
    static StackValue pop(State& state) {
        need(state, 1);
        const StackValue value = state.stack.back();
        state.stack.pop_back();
        return value;
    }
    static void pop(State& state, int64_t count) {
        need(state, count);
        state.stack.resize(state.stack.size() - static_cast<size_t>(count));
    }
    void push(State& state, StackValue value = {}) {
        work(1);
        state.stack.push_back(value);
    }
    void push(State& state, int64_t count) {
        work(static_cast<size_t>(count));
        state.stack.resize(state.stack.size() + static_cast<size_t>(count));
    }
    void replace(State& state, int64_t count, StackValue value = {}) {
        pop(state, count);
        push(state, value);
    }
    static StackValue& registerOf(State& state, int64_t number) {
        return state.registers[static_cast<size_t>(number)];
    }

    // ---- instructions

    /// Whether the path goes on with the next instruction.
    bool step(size_t at, State& state) {
        const auto [opcode, x, n] = instruction(at);
        switch (opcode) {
            case Opcode::OP:
                call(state, x, std::nullopt);
                return true;
            case Opcode::OPN:
                call(state, x, n);
                return true;
            case Opcode::LOAD:
                push(state, registerOf(state, x));
                return true;
            case Opcode::MOVE:
                push(state, std::exchange(registerOf(state, x), kNothing));
                return true;
            case Opcode::STORE:
                registerOf(state, x) = pop(state);
                return true;
            case Opcode::STOREN:
                for (int64_t i = n; i > 0; --i) {
                    registerOf(state, x + i - 1) = pop(state);
                }
                return true;
            case Opcode::DROP:
                pop(state);
                return true;
            case Opcode::DROPR:
                registerOf(state, x) = kNothing;
                return true;
            case Opcode::LOADC:
                push(state, constant(*function_.constants[static_cast<size_t>(x)]));
                return true;
            case Opcode::UN_INITIALIZED:
                push(state, kNothing);
                return true;
            case Opcode::JF:
                pop(state);
                reach(target(at), state);
                return true;
            case Opcode::JMP:
                reach(target(at), std::move(state));
                return false;
            case Opcode::LOOP:
                loop(at, state);
                return true;
            case Opcode::RET:
                need(state, 1);
                end(state);
                return false;
            case Opcode::RAISE_EXCEPTION:
                need(state, 2);
                return false;
            case Opcode::INTERFACE_CALL:
            case Opcode::CREATE_OBJECT:
                throw Unsound{"uses objects other than the model's modules"};
            case Opcode::GET_ATTR:
                push(state, attribute(pop(state), x, state));
                return true;
            case Opcode::SET_ATTR:
                setAttribute(x, state);
                return true;
            default:
                rearrange(instruction(at), state);
                return true;
        }
    }

    /// Instructions that take some values and give others.
    void rearrange(const BytecodeInstruction& instruction, State& state) {
        const auto [opcode, x, n] = instruction;
        switch (opcode) {
            case Opcode::LIST_UNPACK:
                pop(state);
                return push(state, x);
            case Opcode::TUPLE_CONSTRUCT:
                return replace(state, x, {.elements = x});
            case Opcode::NAMED_TUPLE_CONSTRUCT:
                return replace(state, n, {.elements = n});
            case Opcode::LIST_CONSTRUCT:
                return replace(state, n);
            case Opcode::DICT_CONSTRUCT:
                if (n % 2 != 0) {
                    throw Unsound{"makes a dictionary of a key without a value"};
                }
                return replace(state, n);
            case Opcode::TUPLE_SLICE:
                if (pop(state).elements < x + n) {
                    throw Unsound{"takes elements from a tuple that may not have them"};
                }
                return push(state, StackValue{.elements = n});
            case Opcode::FORMAT:
                if (x < 1) {
                    throw Unsound{"formats a text without one"};
                }
                return replace(state, x);
            case Opcode::TUPLE_INDEX: {
                const StackValue index = pop(state);
                return push(state, pop(state).element(index));
            }
            case Opcode::DICT_INDEX:
            case Opcode::IS:
            case Opcode::ISNOT:
                return replace(state, 2);
            case Opcode::TO_LIST:
                return replace(state, 3);
            case Opcode::WARN:
                return pop(state, 2);
            case Opcode::UNCHECKED_CAST:
                return;
            default:  // ISINSTANCE, DEVICE, DTYPE, DIM, NOT, NUM_TO_TENSOR, IS_CUDA
                return replace(state, 1);
        }
    }

    /// The stack holds n + 1 values: round, rounds, condition, and what one round hands to the next; in the
    /// loop the first and the third give way to the round's number, behind it only what is handed on stays.
    void loop(size_t at, State& state) {
        const int64_t n = instruction(at).n;
        if (n < 2) {
            throw Unsound{"has a loop without a condition"};
        }
        need(state, n + 1);
        State after = state;
        const auto begin = after.stack.end() - (n + 1);
        after.stack.erase(begin, begin + 3);
        reach(target(at), std::move(after));
        const auto frame = state.stack.end() - (n + 1);
        frame[0] = frame[2] = {};
    }

    static StackValue constant(const PickleValue& value) {
        return value.is(Kind::None) ? kNothing : StackValue{.constant = &value};
    }

    // ---- attributes

    /// A module's attributes in the order of its slots, where it restores none itself.
    static const std::vector<const PickleValue*>* attributesOf(const PickleValue& object) {
        const PickleValue& state = *object.items[1];
        return state.is(Kind::Dict) ? &state.items : nullptr;
    }

    static std::string className(const PickleValue& object) {
        std::string name(object.items[0]->text);
        std::ranges::replace(name, '\n', '.');
        return name;
    }

    StackValue attribute(const StackValue& object, int64_t slot, const State& state) const {
        if (object.isNew && std::cmp_less(slot, state.newSlots.size())) {
            return state.newSlots[static_cast<size_t>(slot)];
        }
        if (object.object) {
            const auto restored = restored_.find(className(*object.object));
            if (restored != restored_.end() && std::cmp_less(slot, restored->second.size())) {
                return {.elements = restored->second[static_cast<size_t>(slot)].elements};
            }
            const auto* attributes = attributesOf(*object.object);
            if (restored == restored_.end() && attributes &&
                std::cmp_less(2 * slot + 1, attributes->size())) {
                const PickleValue& value = *(*attributes)[static_cast<size_t>(2 * slot + 1)];
                return {.object = isModule(value) ? &value : nullptr};
            }
        }
        throw Unsound{"reads attribute " + std::to_string(slot) + " of what may not have it"};
    }

    void setAttribute(int64_t slot, State& state) {
        const StackValue value = pop(state);
        const StackValue object = pop(state);
        if (object.isNew) {
            const auto least = static_cast<size_t>(slot) + 1;
            work(least);
            state.newSlots.resize(std::max(state.newSlots.size(), least), kNothing);
            state.newSlots[static_cast<size_t>(slot)] = value;
            return;
        }
        // What later instructions count on stays as it is.
        const StackValue before = attribute(object, slot, state);
        if (before.object || (before.elements >= 0 && before.elements != value.elements)) {
            throw Unsound{"replaces a module or a tuple"};
        }
    }

    static bool isModule(const PickleValue& value) {
        constexpr std::string_view kModules = "__torch__.", kPacked = "__torch__.torch.classes.";
        return value.is(Kind::Call) && value.items[0]->text.starts_with(kModules) &&
               !value.items[0]->text.starts_with(kPacked);
    }

    // ---- operators

    /// `count`: how many values OPN hands over.
    void call(State& state, int64_t op, std::optional<int64_t> count) {
        const StackValue* top = state.stack.empty() ? nullptr : &state.stack.back();
        const auto effect = effectOf(function_.operators[static_cast<size_t>(op)], count, top, version_);
        if (!effect) {
            throw Unsound{effect.error().message};
        }
        pop(state, effect->takes);
        for (const StackValue& value : effect->gives) {
            push(state, value);
        }
    }

    const BytecodeFunction& function_;
    const PickleValue* self_;
    const RestoredSlots& restored_;
    uint64_t version_;
    std::set<size_t> joins_, waiting_;
    std::map<size_t, State> known_;
    std::optional<State> ends_;  ///< what is known at all of them
    size_t work_ = 0;
};

}  // namespace

Result<Slots> followBytecode(const BytecodeFunction& function, const PickleValue* self,
                             const RestoredSlots& restored, uint64_t version) {
    try {
        return Flow(function, self, restored, version).run();
    } catch (const Unsound& unsound) {
        return failure(unsound.why);
    }
}

}  // namespace qs
