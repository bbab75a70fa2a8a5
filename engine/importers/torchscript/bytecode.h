#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "importers/torchscript/pickle.h"

namespace qs {

/// What an instruction of the lite interpreter does; LibTorch's own names.
enum class Opcode {
    OP,
    OPN,
    LOAD,
    MOVE,
    STORE,
    STOREN,
    DROP,
    DROPR,
    LOADC,
    JF,
    JMP,
    LOOP,
    RET,
    INTERFACE_CALL,
    CREATE_OBJECT,
    GET_ATTR,
    SET_ATTR,
    LIST_UNPACK,
    TUPLE_CONSTRUCT,
    NAMED_TUPLE_CONSTRUCT,
    LIST_CONSTRUCT,
    DICT_CONSTRUCT,
    ISINSTANCE,
    TUPLE_SLICE,
    TUPLE_INDEX,
    RAISE_EXCEPTION,
    DICT_INDEX,
    UNCHECKED_CAST,
    IS,
    UN_INITIALIZED,
    ISNOT,
    FORMAT,
    DEVICE,
    DTYPE,
    DIM,
    NOT,
    TO_LIST,
    NUM_TO_TENSOR,
    IS_CUDA,
    WARN,
};

struct BytecodeInstruction {
    Opcode opcode = Opcode::RET;
    int64_t x = 0, n = 0;
};

struct BytecodeOperator {
    std::string name, overload;
    int64_t arguments = -1;  ///< how many the caller gives; negative where the file does not say: all
};

/// One function of bytecode.pkl whose instructions stay inside its tables: each names an operator, constant,
/// type or register that is there and jumps within the function, which does not run off its end.
struct BytecodeFunction {
    std::string name;  ///< "__torch__.Net.forward"
    std::vector<BytecodeInstruction> instructions;
    std::vector<BytecodeOperator> operators;
    std::vector<const PickleValue*> constants;
    std::vector<std::string_view> types;      ///< texts lie in the pickle's bytes
    int64_t registers = 0;                    ///< numbered from 1
    std::vector<std::string_view> arguments;  ///< the types of what it takes, `self`'s first
};

/// The functions of bytecode.pkl. Failure, in one line, where one is damaged, has no schema, or has an
/// instruction that is not for models. `path` is for the message.
Result<std::vector<BytecodeFunction>> readBytecode(const Pickle& bytecode, const std::filesystem::path& path);

}  // namespace qs
