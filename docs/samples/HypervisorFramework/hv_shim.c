/* Never ran on macOS. clang -shared -o libhv_shim.dylib hv_shim.c -framework Hypervisor */
#include <Hypervisor/Hypervisor.h>
#include <string.h>

hv_return_t hv_shim_set_simd_fp_reg(hv_vcpu_t vcpu, hv_simd_fp_reg_t reg, const void *bytes)
{
    hv_simd_fp_uchar16_t value;

    memcpy(&value, bytes, sizeof(value));

    return hv_vcpu_set_simd_fp_reg(vcpu, reg, value);
}
