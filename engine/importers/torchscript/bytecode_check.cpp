#include "importers/torchscript/bytecode_check.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "importers/torchscript/allowed_operators.h"
#include "importers/torchscript/packed_state.h"
#include "importers/torchscript/refusals.h"

namespace qs {

namespace {

using Kind = PickleValue::Kind;
using Items = std::vector<const PickleValue*>;

/// What an instruction's numbers X and N count.
enum class Operands {
    None,
    Operator,   ///< X
    Register,   ///< X, from 1
    Registers,  ///< N of them from X on
    Constant,   ///< X
    Jump,       ///< X, from the instruction on
    Type,       ///< X
    Types,      ///< N of them from X on
    Count,      ///< X
};

struct Instruction {
    std::string_view name;
    Operands operands;
};

/// What LibTorch writes. Threads, profiling and guards are not for models.
constexpr Instruction kInstructions[] = {
    {"OP", Operands::Operator},
    {"OPN", Operands::Operator},
    {"LOAD", Operands::Register},
    {"MOVE", Operands::Register},
    {"STORE", Operands::Register},
    {"STOREN", Operands::Registers},
    {"DROP", Operands::None},
    {"DROPR", Operands::Register},
    {"LOADC", Operands::Constant},
    {"JF", Operands::Jump},
    {"JMP", Operands::Jump},
    {"LOOP", Operands::Jump},
    {"RET", Operands::None},
    {"INTERFACE_CALL", Operands::Constant},
    {"GET_ATTR", Operands::Count},
    {"SET_ATTR", Operands::Count},
    {"LIST_UNPACK", Operands::Count},
    {"TUPLE_CONSTRUCT", Operands::Count},
    {"NAMED_TUPLE_CONSTRUCT", Operands::Type},
    {"LIST_CONSTRUCT", Operands::Type},
    {"DICT_CONSTRUCT", Operands::Type},
    {"CREATE_OBJECT", Operands::Type},
    {"ISINSTANCE", Operands::Types},
    {"TUPLE_SLICE", Operands::Count},
    {"TUPLE_INDEX", Operands::None},
    {"RAISE_EXCEPTION", Operands::None},
    {"DICT_INDEX", Operands::None},
    {"UNCHECKED_CAST", Operands::None},
    {"__IS__", Operands::None},
    {"UN_INITIALIZED", Operands::None},
    {"__ISNOT__", Operands::None},
    {"FORMAT", Operands::Count},
    {"DEVICE", Operands::None},
    {"DTYPE", Operands::None},
    {"DIM", Operands::None},
    {"__NOT__", Operands::None},
    {"TO_LIST", Operands::None},
    {"NUM_TO_TENSOR", Operands::None},
    {"IS_CUDA", Operands::None},
    {"WARN", Operands::Count},
};

constexpr int64_t kMostRegisters = 1 << 20;
constexpr int64_t kMostCount = 1 << 15;

/// One function's code: its tables, in the order in which they stand.
struct Code {
    const Items& instructions;
    const Items& operators;
    const Items& constants;
    const Items& types;
    int64_t registers;
};

/// The value of (name, value), or nullptr.
const PickleValue* named(const PickleValue& pair, std::string_view name) {
    const bool matches = pair.is(Kind::Tuple) && pair.items.size() == 2 && pair.items[0]->is(Kind::String) &&
                         pair.items[0]->text == name;
    return matches ? pair.items[1] : nullptr;
}

class FunctionCheck {
  public:
    FunctionCheck(const PickleValue& function, const std::filesystem::path& path)
        : function_(function), path_(path) {}

    Status run() {
        const Items& parts = function_.items;
        if (!function_.is(Kind::Tuple) || parts.size() < 2 || !parts[0]->is(Kind::String) ||
            !parts[1]->is(Kind::Tuple) || parts[1]->items.size() != 5) {
            return unsound("has no code");
        }
        const Items& tables = parts[1]->items;
        constexpr std::string_view kTables[] = {"instructions", "operators", "constants", "types"};
        const Items* found[4] = {};
        for (size_t i = 0; i < 4; ++i) {
            const PickleValue* table = named(*tables[i], kTables[i]);
            if (!table || !table->is(Kind::Tuple)) {
                return unsound("has no " + std::string(kTables[i]));
            }
            found[i] = &table->items;
        }
        const PickleValue* registers = named(*tables[4], "register_size");
        if (!registers || !registers->is(Kind::Int) || registers->integer < 0 ||
            registers->integer > kMostRegisters) {
            return unsound("has no register_size");
        }
        const Code code{*found[0], *found[1], *found[2], *found[3], registers->integer};
        QS_TRY(checkOperators(code.operators));
        QS_TRY(checkTypes(code.types));
        return checkInstructions(code);
    }

  private:
    std::string name() const {
        const bool hasName = !function_.items.empty() && function_.items[0]->is(Kind::String);
        return hasName ? std::string(function_.items[0]->text) : "a function";
    }

    Error unsound(const std::string& why) const {
        return qs::unsound(path_, "the bytecode of " + name() + ' ' + why);
    }

    /// (name, overload, number of arguments).
    Status checkOperators(const Items& operators) const {
        for (const PickleValue* op : operators) {
            const bool isOperator = op->is(Kind::Tuple) && op->items.size() >= 2 &&
                                    op->items[0]->is(Kind::String) && op->items[1]->is(Kind::String) &&
                                    (op->items.size() == 2 || op->items[2]->is(Kind::Int));
            if (!isOperator) {
                return unsound("has an operator without a name");
            }
            if (!isAllowedOperator(op->items[0]->text)) {
                return forbiddenOperator(path_, std::string(op->items[0]->text), name());
            }
        }
        return {};
    }

    Status checkTypes(const Items& types) const {
        constexpr std::string_view kOwn = "__torch__.torch.classes.";
        for (const PickleValue* type : types) {
            if (!type->is(Kind::String)) {
                return unsound("has a type without a name");
            }
            const size_t own = type->text.find(kOwn);
            if (own != std::string_view::npos && !isPackedClass(type->text.substr(own))) {
                return unsound("uses the class " + std::string(type->text.substr(own)) +
                               ", which is none of a network");
            }
        }
        return {};
    }

    Status checkInstructions(const Code& code) const {
        const auto count = static_cast<int64_t>(code.instructions.size());
        for (int64_t at = 0; at < count; ++at) {
            const PickleValue& instruction = *code.instructions[static_cast<size_t>(at)];
            const Items& parts = instruction.items;
            if (!instruction.is(Kind::Tuple) || parts.size() != 3 || !parts[0]->is(Kind::String) ||
                !parts[1]->is(Kind::Int) || !parts[2]->is(Kind::Int)) {
                return unsound("has an instruction that is none");
            }
            const auto* known = std::ranges::find(kInstructions, parts[0]->text, &Instruction::name);
            if (known == std::end(kInstructions)) {
                return unsound("has the instruction " + std::string(parts[0]->text) +
                               ", which is not for models");
            }
            if (!staysInside(known->operands, parts[1]->integer, parts[2]->integer, at, code)) {
                return unsound("has in instruction " + std::to_string(at) + " a number beyond its tables");
            }
        }
        const bool ends = count > 0 && (code.instructions.back()->items[0]->text == "RET" ||
                                        code.instructions.back()->items[0]->text == "JMP");
        return ends ? Status() : unsound("does not end");
    }

    static bool staysInside(Operands operands, int64_t x, int64_t n, int64_t at, const Code& code) {
        const auto within = [](int64_t number, int64_t least, size_t beyond) {
            return number >= least && number < static_cast<int64_t>(beyond);
        };
        if (n < 0 || n > kMostCount || x < -kMostRegisters || x > kMostRegisters) {
            return false;
        }
        switch (operands) {
            case Operands::None:
                return true;
            case Operands::Operator:
                return within(x, 0, code.operators.size());
            case Operands::Register:
                return x >= 1 && x <= code.registers;
            case Operands::Registers:
                return x >= 1 && x + n <= code.registers + 1;
            case Operands::Constant:
                return within(x, 0, code.constants.size());
            case Operands::Jump:
                return within(at + x, 0, code.instructions.size());
            case Operands::Type:
                return within(x, 0, code.types.size());
            case Operands::Types:
                return within(x, 0, code.types.size()) && within(x + n, 0, code.types.size() + 1);
            case Operands::Count:
                return x >= 0 && x <= kMostCount;
        }
        return false;
    }

    const PickleValue& function_;
    const std::filesystem::path& path_;
};

}  // namespace

Status checkBytecode(const Pickle& bytecode, const std::filesystem::path& path) {
    const PickleValue& root = *bytecode.root;
    if (!root.is(Kind::Tuple) || root.items.empty() || !root.items[0]->is(Kind::Int)) {
        return unsound(path, "its bytecode has no version");
    }
    for (size_t i = 1; i < root.items.size(); ++i) {
        QS_TRY(FunctionCheck(*root.items[i], path).run());
    }
    return {};
}

}  // namespace qs
