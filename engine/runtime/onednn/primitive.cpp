#include "runtime/onednn/primitive.h"

namespace qs::runtime::onednn {

namespace {

/// A primitive with its arguments in the form that the C interface takes: the C++ one builds a list on every
/// call.
class PrimitiveCall {
  public:
    PrimitiveCall(dnnl::primitive primitive, const Arguments& arguments)
        : primitive_(std::move(primitive)), stream_(cpuEngine()) {
        for (const auto& [index, memory] : arguments) {
            memories_.push_back(memory);
            arguments_.push_back({index, memory.get()});
        }
    }

    void operator()() const {
        dnnl::error::wrap_c_api(
            dnnl_primitive_execute(primitive_.get(), stream_.get(), static_cast<int>(arguments_.size()),
                                   arguments_.data()),
            "could not execute a primitive");
    }

  private:
    dnnl::primitive primitive_;
    dnnl::stream stream_;
    std::vector<dnnl::memory> memories_;  // owners of what arguments_ points at
    std::vector<dnnl_exec_arg_t> arguments_;
};

}  // namespace

dnnl::engine& cpuEngine() {
    static dnnl::engine engine(dnnl::engine::kind::cpu, 0);
    return engine;
}

dnnl::memory::data_type dnnlType(at::ScalarType type) {
    switch (type) {
        case at::kByte:
            return dnnl::memory::data_type::u8;
        case at::kChar:
            return dnnl::memory::data_type::s8;
        case at::kBFloat16:
            return dnnl::memory::data_type::bf16;
        default:
            return dnnl::memory::data_type::f32;
    }
}

dnnl::memory::desc descOf(const Operand& operand) {
    return {operand.shape, dnnlType(operand.type), operand.strides()};
}

dnnl::memory memoryOf(const Operand& operand) {
    return memoryOf(operand, descOf(operand));
}

dnnl::memory memoryOf(const Operand& operand, const dnnl::memory::desc& desc) {
    dnnl::memory handle(desc, cpuEngine(), operand.buffer->data);
    operand.buffer->followers.emplace_back([handle](void* data) { handle.set_data_handle(data); });
    return handle;
}

namespace {

std::function<bool(const std::any&)> isOfFormat(const dnnl::memory::desc& wanted) {
    return [&wanted](const std::any& constant) {
        return std::any_cast<const dnnl::memory&>(constant).get_desc() == wanted;
    };
}

std::function<std::any()> packer(const dnnl::memory::desc& wanted,
                                 const std::function<dnnl::memory()>& plain) {
    return [&]() -> std::any {
        dnnl::memory source = plain();
        dnnl::memory packed(wanted, cpuEngine());
        dnnl::stream stream(cpuEngine());
        dnnl::reorder(source, packed).execute(stream, source, packed);
        stream.wait();
        return packed;
    };
}

}  // namespace

void addPrimitive(NodeBuilder& b, dnnl::primitive primitive, const dnnl::memory::desc& scratchpad,
                  Arguments arguments) {
    if (scratchpad.get_size() > 0) {
        const Operand scratch =
            b.temporary({static_cast<int64_t>(scratchpad.get_size())}, at::kByte, Layout::Contiguous);
        arguments.emplace_back(DNNL_ARG_SCRATCHPAD, memoryOf(scratch, scratchpad));
    }
    b.addStep(PrimitiveCall(std::move(primitive), arguments));
}

dnnl::memory constantOf(NodeBuilder& b, const std::string& role, const dnnl::memory::desc& wanted,
                        const std::function<dnnl::memory()>& plain) {
    return std::any_cast<dnnl::memory>(b.constant(role, isOfFormat(wanted), packer(wanted, plain)));
}

dnnl::memory weightOf(NodeBuilder& b, const at::Tensor& weight, const dnnl::memory::desc& wanted,
                      const dnnl::memory::desc& stored) {
    const std::function<dnnl::memory()> plain = [&] {
        return dnnl::memory(stored, cpuEngine(), weight.data_ptr());
    };
    return std::any_cast<dnnl::memory>(b.weightConstant(weight, isOfFormat(wanted), packer(wanted, plain)));
}

}  // namespace qs::runtime::onednn
