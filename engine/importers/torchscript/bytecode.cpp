#include "importers/torchscript/bytecode.h"

#include <algorithm>
#include <array>

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

struct KnownInstruction {
    std::string_view name;
    Opcode opcode;
    Operands operands;
};

/// What LibTorch writes. Threads, profiling and guards are not for models.
constexpr KnownInstruction kInstructions[] = {
    {"OP", Opcode::OP, Operands::Operator},
    {"OPN", Opcode::OPN, Operands::Operator},
    {"LOAD", Opcode::LOAD, Operands::Register},
    {"MOVE", Opcode::MOVE, Operands::Register},
    {"STORE", Opcode::STORE, Operands::Register},
    {"STOREN", Opcode::STOREN, Operands::Registers},
    {"DROP", Opcode::DROP, Operands::None},
    {"DROPR", Opcode::DROPR, Operands::Register},
    {"LOADC", Opcode::LOADC, Operands::Constant},
    {"JF", Opcode::JF, Operands::Jump},
    {"JMP", Opcode::JMP, Operands::Jump},
    {"LOOP", Opcode::LOOP, Operands::Jump},
    {"RET", Opcode::RET, Operands::None},
    {"INTERFACE_CALL", Opcode::INTERFACE_CALL, Operands::Constant},
    {"CREATE_OBJECT", Opcode::CREATE_OBJECT, Operands::Type},
    {"GET_ATTR", Opcode::GET_ATTR, Operands::Count},
    {"SET_ATTR", Opcode::SET_ATTR, Operands::Count},
    {"LIST_UNPACK", Opcode::LIST_UNPACK, Operands::Count},
    {"TUPLE_CONSTRUCT", Opcode::TUPLE_CONSTRUCT, Operands::Count},
    {"NAMED_TUPLE_CONSTRUCT", Opcode::NAMED_TUPLE_CONSTRUCT, Operands::Type},
    {"LIST_CONSTRUCT", Opcode::LIST_CONSTRUCT, Operands::Type},
    {"DICT_CONSTRUCT", Opcode::DICT_CONSTRUCT, Operands::Type},
    {"ISINSTANCE", Opcode::ISINSTANCE, Operands::Types},
    {"TUPLE_SLICE", Opcode::TUPLE_SLICE, Operands::Count},
    {"TUPLE_INDEX", Opcode::TUPLE_INDEX, Operands::None},
    {"RAISE_EXCEPTION", Opcode::RAISE_EXCEPTION, Operands::None},
    {"DICT_INDEX", Opcode::DICT_INDEX, Operands::None},
    {"UNCHECKED_CAST", Opcode::UNCHECKED_CAST, Operands::None},
    {"__IS__", Opcode::IS, Operands::None},
    {"UN_INITIALIZED", Opcode::UN_INITIALIZED, Operands::None},
    {"__ISNOT__", Opcode::ISNOT, Operands::None},
    {"FORMAT", Opcode::FORMAT, Operands::Count},
    {"DEVICE", Opcode::DEVICE, Operands::None},
    {"DTYPE", Opcode::DTYPE, Operands::None},
    {"DIM", Opcode::DIM, Operands::None},
    {"__NOT__", Opcode::NOT, Operands::None},
    {"TO_LIST", Opcode::TO_LIST, Operands::None},
    {"NUM_TO_TENSOR", Opcode::NUM_TO_TENSOR, Operands::None},
    {"IS_CUDA", Opcode::IS_CUDA, Operands::None},
    {"WARN", Opcode::WARN, Operands::Count},
};

constexpr int64_t kMostRegisters = 1 << 20;
constexpr int64_t kMostCount = 1 << 15;

/// The value of (name, value), or nullptr.
const PickleValue* named(const PickleValue& pair, std::string_view name) {
    const bool matches = pair.is(Kind::Tuple) && pair.items.size() == 2 && pair.items[0]->is(Kind::String) &&
                         pair.items[0]->text == name;
    return matches ? pair.items[1] : nullptr;
}

class FunctionReader {
  public:
    FunctionReader(const PickleValue& source, const std::filesystem::path& path)
        : source_(source), path_(path) {}

    Result<BytecodeFunction> read() {
        const Items& parts = source_.items;
        if (!source_.is(Kind::Tuple) || parts.size() < 2 || !parts[0]->is(Kind::String) ||
            !parts[1]->is(Kind::Tuple) || parts[1]->items.size() != 5) {
            return unsound("has no code");
        }
        function_.name = std::string(parts[0]->text);
        QS_TRY(readTables(parts[1]->items));
        QS_TRY(readInstructions());
        QS_TRY(readSchema());
        return std::move(function_);
    }

  private:
    Error unsound(const std::string& why) const {
        const std::string& name = function_.name.empty() ? "a function" : function_.name;
        return qs::unsound(path_, "the bytecode of " + name + ' ' + why);
    }

    Status readTables(const Items& tables) {
        constexpr std::string_view kTables[] = {"instructions", "operators", "constants", "types"};
        std::array<const Items*, 4> found = {};
        for (size_t i = 0; i < found.size(); ++i) {
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
        instructions_ = found[0];
        function_.constants = *found[2];
        function_.registers = registers->integer;
        QS_TRY(readOperators(*found[1]));
        return readTypes(*found[3]);
    }

    /// (name, overload, number of arguments).
    Status readOperators(const Items& operators) {
        for (const PickleValue* op : operators) {
            const Items& parts = op->items;
            const bool isOperator =
                op->is(Kind::Tuple) && parts.size() >= 2 && parts[0]->is(Kind::String) &&
                parts[1]->is(Kind::String) &&
                (parts.size() == 2 || (parts[2]->is(Kind::Int) && parts[2]->integer >= 0));
            if (!isOperator) {
                return unsound("has an operator without a name");
            }
            function_.operators.push_back({std::string(parts[0]->text), std::string(parts[1]->text),
                                           parts.size() > 2 ? parts[2]->integer : -1});
        }
        return {};
    }

    Status readTypes(const Items& types) {
        for (const PickleValue* type : types) {
            if (!type->is(Kind::String)) {
                return unsound("has a type without a name");
            }
            function_.types.push_back(type->text);
        }
        return {};
    }

    Status readInstructions() {
        const auto count = static_cast<int64_t>(instructions_->size());
        for (int64_t at = 0; at < count; ++at) {
            const PickleValue& instruction = *(*instructions_)[static_cast<size_t>(at)];
            const Items& parts = instruction.items;
            if (!instruction.is(Kind::Tuple) || parts.size() != 3 || !parts[0]->is(Kind::String) ||
                !parts[1]->is(Kind::Int) || !parts[2]->is(Kind::Int)) {
                return unsound("has an instruction that is none");
            }
            const auto* known = std::ranges::find(kInstructions, parts[0]->text, &KnownInstruction::name);
            if (known == std::end(kInstructions)) {
                return unsound("has the instruction " + std::string(parts[0]->text) +
                               ", which is not for models");
            }
            if (!staysInside(known->operands, parts[1]->integer, parts[2]->integer, at)) {
                return unsound("has in instruction " + std::to_string(at) + " a number beyond its tables");
            }
            function_.instructions.push_back({known->opcode, parts[1]->integer, parts[2]->integer});
        }
        QS_TRY(checkBackwardJumps());
        const bool ends = count > 0 && (function_.instructions.back().opcode == Opcode::RET ||
                                        function_.instructions.back().opcode == Opcode::JMP);
        return ends ? Status() : unsound("does not end");
    }

    /// Back only to the head of a loop, which counts its rounds.
    Status checkBackwardJumps() const {
        const auto& all = function_.instructions;
        for (size_t at = 0; at < all.size(); ++at) {
            const bool jumps = all[at].opcode == Opcode::JF || all[at].opcode == Opcode::JMP ||
                               all[at].opcode == Opcode::LOOP;
            if (jumps && all[at].x <= 0 &&
                (all[at].opcode != Opcode::JMP ||
                 all[static_cast<size_t>(static_cast<int64_t>(at) + all[at].x)].opcode != Opcode::LOOP)) {
                return unsound("jumps back in instruction " + std::to_string(at) + " to what is no loop");
            }
        }
        return {};
    }

    bool staysInside(Operands operands, int64_t x, int64_t n, int64_t at) const {
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
                return within(x, 0, function_.operators.size());
            case Operands::Register:
                return x >= 1 && x <= function_.registers;
            case Operands::Registers:
                return x >= 1 && x + n <= function_.registers + 1;
            case Operands::Constant:
                return within(x, 0, function_.constants.size());
            case Operands::Jump:
                return within(at + x, 0, instructions_->size());
            case Operands::Type:
                return within(x, 0, function_.types.size());
            case Operands::Types:
                return within(x, 0, function_.types.size()) && within(x + n, 0, function_.types.size() + 1);
            case Operands::Count:
                return x >= 0 && x <= kMostCount;
        }
        return false;
    }

    /// (("arguments", (argument, ...)), ("returns", ...)), an argument being (name, type, default value).
    Status readSchema() {
        const Items& parts = source_.items;
        const PickleValue* arguments =
            parts.size() > 2 && parts[2]->is(Kind::Tuple) && !parts[2]->items.empty()
                ? named(*parts[2]->items[0], "arguments")
                : nullptr;
        if (!arguments || !arguments->is(Kind::Tuple)) {
            return unsound("does not say what it takes: export it again with a newer PyTorch");
        }
        for (const PickleValue* argument : arguments->items) {
            const PickleValue* type = argument->is(Kind::Tuple) && argument->items.size() == 3
                                          ? named(*argument->items[1], "type")
                                          : nullptr;
            if (!type || !type->is(Kind::String)) {
                return unsound("takes a value without a type");
            }
            function_.arguments.push_back(type->text);
        }
        return {};
    }

    const PickleValue& source_;
    const std::filesystem::path& path_;
    const Items* instructions_ = nullptr;
    BytecodeFunction function_;
};

}  // namespace

Result<std::vector<BytecodeFunction>> readBytecode(const Pickle& bytecode,
                                                   const std::filesystem::path& path) {
    const PickleValue& root = *bytecode.root;
    if (!root.is(Kind::Tuple) || root.items.empty() || !root.items[0]->is(Kind::Int)) {
        return unsound(path, "its bytecode has no version");
    }
    std::vector<BytecodeFunction> functions;
    for (size_t i = 1; i < root.items.size(); ++i) {
        QS_ASSIGN(functions.emplace_back(), FunctionReader(*root.items[i], path).read());
    }
    return functions;
}

}  // namespace qs
