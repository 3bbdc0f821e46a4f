using System;
using System.Globalization;
using Arm64MmioDecode.Emulation;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Emulation;

/// <summary>
/// Read-check-write instructions (FEAT_THE), worked out from the manual's operation text and its function RCWCheck.
/// </summary>
public sealed class ReadCheckWriteTests
{
    [Theory]
    [InlineData("rcwcas x0, x1, [x2]", 0x19200841u, false, false, "0", "0", "40000012345003", "x0=40000012345003 x1=40000012345403 x2=9000000", "r8@9000000 w8@9000000=40000012345403", "pstate=200003c5")]
    [InlineData("rcwcas x0, x1, [x2]", 0x19200841u, true, false, "0", "0", "40000012345003", "x0=40000012345003 x1=40000012345403 x2=9000000", "r8@9000000 w8@9000000=354341200004000", "pstate=200003c5")]
    [InlineData("rcwscas x0, x1, [x2]", 0x59200841u, false, false, "0", "400", "40000012345003", "x0=40000012345003 x1=40000012345403 x2=9000000", "r8@9000000 w8@9000000=40000012345403", "pstate=200003c5")]
    [InlineData("rcwscas x0, x1, [x2]", 0x59200841u, true, false, "0", "0", "40000012345003", "x0=40000012345003 x1=40000012345403 x2=9000000", "r8@9000000", "")]
    [InlineData("rcwclr x0, x1, [x2]", 0x38209041u, false, false, "0", "0", "40000012345003", "x0=400 x1=40000012345403 x2=9000000", "r8@9000000 w8@9000000=40000012345003", "x1=40000012345003 pstate=200003c5")]
    [InlineData("rcwclr x0, x1, [x2]", 0x38209041u, true, false, "0", "0", "40000012345003", "x0=400 x1=40000012345403 x2=9000000", "r8@9000000 w8@9000000=350341200004000", "x1=40000012345003 pstate=200003c5")]
    [InlineData("rcwsclr x0, x1, [x2]", 0x78209041u, false, false, "0", "400", "40000012345003", "x0=400 x1=40000012345403 x2=9000000", "r8@9000000 w8@9000000=40000012345003", "x1=40000012345003 pstate=200003c5")]
    [InlineData("rcwsclr x0, x1, [x2]", 0x78209041u, true, false, "0", "0", "40000012345003", "x0=400 x1=40000012345403 x2=9000000", "r8@9000000 w8@9000000=350341200004000", "x1=40000012345003 pstate=200003c5")]
    [InlineData("rcwset x0, x1, [x2]", 0x3820B041u, false, false, "0", "0", "40000012345003", "x0=400 x1=40000012345403 x2=9000000", "r8@9000000 w8@9000000=40000012345403", "x1=40000012345003 pstate=200003c5")]
    [InlineData("rcwset x0, x1, [x2]", 0x3820B041u, true, false, "0", "0", "40000012345003", "x0=400 x1=40000012345403 x2=9000000", "r8@9000000 w8@9000000=354341200004000", "x1=40000012345003 pstate=200003c5")]
    [InlineData("rcwsset x0, x1, [x2]", 0x7820B041u, false, false, "0", "400", "40000012345003", "x0=400 x1=40000012345403 x2=9000000", "r8@9000000 w8@9000000=40000012345403", "x1=40000012345003 pstate=200003c5")]
    [InlineData("rcwsset x0, x1, [x2]", 0x7820B041u, true, false, "0", "0", "40000012345003", "x0=400 x1=40000012345403 x2=9000000", "r8@9000000", "x1=40000012345003")]
    [InlineData("rcwswp x0, x1, [x2]", 0x3820A041u, false, false, "0", "0", "40000012345003", "x0=400 x1=40000012345403 x2=9000000", "r8@9000000 w8@9000000=400", "x1=40000012345003 pstate=200003c5")]
    [InlineData("rcwswp x0, x1, [x2]", 0x3820A041u, true, false, "0", "0", "40000012345003", "x0=400 x1=40000012345403 x2=9000000", "r8@9000000 w8@9000000=4000000000000", "x1=40000012345003 pstate=200003c5")]
    [InlineData("rcwsswp x0, x1, [x2]", 0x7820A041u, false, false, "0", "400", "40000012345003", "x0=400 x1=40000012345403 x2=9000000", "r8@9000000", "x1=40000012345003")]
    [InlineData("rcwsswp x0, x1, [x2]", 0x7820A041u, true, false, "0", "0", "40000012345003", "x0=400 x1=40000012345403 x2=9000000", "r8@9000000", "x1=40000012345003")]
    [InlineData("rcwcas x0, x1, [x2]", 0x19200841u, false, true, "400", "0", "10000000000003", "x0=10000000000003 x1=10000000000403 x2=9000000", "r8@9000000 w8@9000000=10000000000403", "pstate=200003c5")]
    [InlineData("rcwscas x0, x1, [x2]", 0x59200841u, false, true, "400", "0", "10000000000003", "x0=10000000000003 x1=10000000000403 x2=9000000", "r8@9000000", "")]
    [InlineData("rcwcas x0, x1, [x2]", 0x19200841u, false, true, "0", "400", "10000000000003", "x0=10000000000003 x1=10000000000403 x2=9000000", "r8@9000000", "pstate=600003c5")]
    [InlineData("rcwscas x0, x1, [x2]", 0x59200841u, false, true, "0", "400", "10000000000003", "x0=10000000000003 x1=10000000000403 x2=9000000", "r8@9000000", "pstate=600003c5")]
    [InlineData("rcwcas x0, x1, [x2]", 0x19200841u, false, true, "ffffffffffffffff", "ffffffffffffffff", "10000000000003", "x0=10000000000003 x1=10000000000002 x2=9000000", "r8@9000000", "pstate=600003c5")]
    [InlineData("rcwscas x0, x1, [x2]", 0x59200841u, false, true, "ffffffffffffffff", "ffffffffffffffff", "10000000000003", "x0=10000000000003 x1=10000000000002 x2=9000000", "r8@9000000", "pstate=400003c5")]
    [InlineData("rcwcas x0, x1, [x2]", 0x19200841u, false, true, "ffffffffffffffff", "ffffffffffffffff", "10000000000003", "x0=10000000000003 x1=3 x2=9000000", "r8@9000000", "pstate=600003c5")]
    [InlineData("rcwscas x0, x1, [x2]", 0x59200841u, false, true, "ffffffffffffffff", "ffffffffffffffff", "10000000000003", "x0=10000000000003 x1=3 x2=9000000", "r8@9000000", "pstate=400003c5")]
    [InlineData("rcwcas x0, x1, [x2]", 0x19200841u, false, true, "ffffffffffffffff", "ffffffffffffffff", "3", "x0=3 x1=10000000000003 x2=9000000", "r8@9000000", "pstate=600003c5")]
    [InlineData("rcwscas x0, x1, [x2]", 0x59200841u, false, true, "ffffffffffffffff", "ffffffffffffffff", "3", "x0=3 x1=10000000000003 x2=9000000", "r8@9000000", "pstate=400003c5")]
    [InlineData("rcwcas x0, x1, [x2]", 0x19200841u, false, true, "0", "0", "10000000000002", "x0=10000000000002 x1=10000000000402 x2=9000000", "r8@9000000 w8@9000000=10000000000402", "pstate=200003c5")]
    [InlineData("rcwscas x0, x1, [x2]", 0x59200841u, false, true, "0", "0", "10000000000002", "x0=10000000000002 x1=10000000000402 x2=9000000", "r8@9000000 w8@9000000=10000000000402", "pstate=200003c5")]
    [InlineData("rcwcas x0, x1, [x2]", 0x19200841u, false, true, "ffffffffffffffff", "ffffffffffffffff", "10000000000002", "x0=10000000000002 x1=10000000000003 x2=9000000", "r8@9000000", "pstate=600003c5")]
    [InlineData("rcwscas x0, x1, [x2]", 0x59200841u, false, true, "ffffffffffffffff", "ffffffffffffffff", "10000000000002", "x0=10000000000002 x1=10000000000003 x2=9000000", "r8@9000000", "pstate=600003c5")]
    [InlineData("rcwcas x0, x1, [x2]", 0x19200841u, false, true, "0", "0", "2", "x0=2 x1=3 x2=9000000", "r8@9000000 w8@9000000=3", "pstate=200003c5")]
    [InlineData("rcwscas x0, x1, [x2]", 0x59200841u, false, true, "0", "0", "2", "x0=2 x1=3 x2=9000000", "r8@9000000", "")]
    [InlineData("rcwcas x0, x1, [x2]", 0x19200841u, false, true, "ffffffffffffffff", "ffffffffffffffff", "3", "x0=3 x1=2 x2=9000000", "r8@9000000 w8@9000000=2", "pstate=200003c5")]
    [InlineData("rcwscas x0, x1, [x2]", 0x59200841u, false, true, "ffffffffffffffff", "ffffffffffffffff", "3", "x0=3 x1=2 x2=9000000", "r8@9000000", "")]
    [InlineData("rcwcas x0, x1, [x2]", 0x19200841u, false, true, "20000", "20000", "3", "x0=3 x1=12340003 x2=9000000", "r8@9000000 w8@9000000=12340003", "pstate=200003c5")]
    [InlineData("rcwscas x0, x1, [x2]", 0x59200841u, false, true, "20000", "20000", "3", "x0=3 x1=12340003 x2=9000000", "r8@9000000 w8@9000000=12340003", "pstate=200003c5")]
    [InlineData("rcwcas x0, x1, [x2]", 0x19200841u, false, true, "20000", "20000", "10000000000003", "x0=10000000000003 x1=13ffff00000003 x2=9000000", "r8@9000000 w8@9000000=13ffff00000003", "pstate=200003c5")]
    [InlineData("rcwscas x0, x1, [x2]", 0x59200841u, false, true, "20000", "20000", "10000000000003", "x0=10000000000003 x1=13ffff00000003 x2=9000000", "r8@9000000 w8@9000000=13ffff00000003", "pstate=200003c5")]
    [InlineData("rcwcas x0, x1, [x2]", 0x19200841u, false, true, "3ffff00000000", "fffffffffffdffff", "10000000000003", "x0=10000000000003 x1=13ffff00000003 x2=9000000", "r8@9000000", "pstate=600003c5")]
    [InlineData("rcwscas x0, x1, [x2]", 0x59200841u, false, true, "3ffff00000000", "fffffffffffdffff", "10000000000003", "x0=10000000000003 x1=13ffff00000003 x2=9000000", "r8@9000000", "pstate=400003c5")]
    [InlineData("rcwcas x0, x1, [x2]", 0x19200841u, false, false, "ffffffffffffffff", "ffffffffffffffff", "10000000000003", "x0=10000000000003 x1=3 x2=9000000", "r8@9000000 w8@9000000=3", "pstate=200003c5")]
    [InlineData("rcwscas x0, x1, [x2]", 0x59200841u, false, false, "ffffffffffffffff", "ffffffffffffffff", "10000000000003", "x0=10000000000003 x1=3 x2=9000000", "r8@9000000 w8@9000000=3", "pstate=200003c5")]
    [InlineData("rcwcas x0, x1, [x2]", 0x19200841u, false, false, "0", "10000000000000", "3", "x0=3 x1=10000000000003 x2=9000000", "r8@9000000 w8@9000000=10000000000003", "pstate=200003c5")]
    [InlineData("rcwscas x0, x1, [x2]", 0x59200841u, false, false, "0", "10000000000000", "3", "x0=3 x1=10000000000003 x2=9000000", "r8@9000000 w8@9000000=10000000000003", "pstate=200003c5")]
    [InlineData("rcwcas x0, x1, [x2]", 0x19200841u, false, true, "0", "10000000000000", "3", "x0=3 x1=10000000000003 x2=9000000", "r8@9000000", "pstate=600003c5")]
    [InlineData("rcwscas x0, x1, [x2]", 0x59200841u, false, true, "0", "10000000000000", "3", "x0=3 x1=10000000000003 x2=9000000", "r8@9000000", "pstate=400003c5")]
    [InlineData("rcwcas x0, x1, [x2]", 0x19200841u, false, true, "0", "0", "10000000000003", "x0=10000000000003 x1=10000000000003 x2=9000000", "r8@9000000 w8@9000000=10000000000003", "pstate=200003c5")]
    [InlineData("rcwscas x0, x1, [x2]", 0x59200841u, false, true, "0", "0", "10000000000003", "x0=10000000000003 x1=10000000000003 x2=9000000", "r8@9000000 w8@9000000=10000000000003", "pstate=200003c5")]
    [InlineData("rcwcas x0, x1, [x2]", 0x19200841u, false, true, "ffffffffffffffff", "ffffffffffffffff", "10000000000003", "x0=3 x1=3 x2=9000000", "r8@9000000", "x0=10000000000003 pstate=a00003c5")]
    [InlineData("rcwcasp x0, x1, x2, x3, [x4]", 0x19200C82u, false, false, "0", "ffffffffffffffffffffffffffffffff", "3", "x0=3 x1=0 x2=3 x3=1000000000 x4=9000000", "r8@9000000 r8@9000008 w8@9000000=3 w8@9000008=1000000000", "pstate=200003c5")]
    [InlineData("rcwscasp x0, x1, x2, x3, [x4]", 0x59200C82u, false, false, "0", "ffffffffffffffffffffffffffffffff", "3", "x0=3 x1=0 x2=3 x3=1000000000 x4=9000000", "r8@9000000 r8@9000008 w8@9000000=3 w8@9000008=1000000000", "pstate=200003c5")]
    [InlineData("rcwcasp x0, x1, x2, x3, [x4]", 0x19200C82u, false, false, "0", "0", "3", "x0=3 x1=0 x2=3 x3=1000000000 x4=9000000", "r8@9000000 r8@9000008 w8@9000000=3 w8@9000008=1000000000", "pstate=200003c5")]
    [InlineData("rcwscasp x0, x1, x2, x3, [x4]", 0x59200C82u, false, false, "0", "0", "3", "x0=3 x1=0 x2=3 x3=1000000000 x4=9000000", "r8@9000000 r8@9000008", "")]
    [InlineData("rcwcasp x0, x1, x2, x3, [x4]", 0x19200C82u, false, false, "10000000000000000000000000", "ffffffffffffffffffffffffffffffff", "40000000000000000000000000003", "x0=3 x1=4000000000000 x2=3 x3=4001000000000 x4=9000000", "r8@9000000 r8@9000008 w8@9000000=3 w8@9000008=4001000000000", "pstate=200003c5")]
    [InlineData("rcwscasp x0, x1, x2, x3, [x4]", 0x59200C82u, false, false, "10000000000000000000000000", "ffffffffffffffffffffffffffffffff", "40000000000000000000000000003", "x0=3 x1=4000000000000 x2=3 x3=4001000000000 x4=9000000", "r8@9000000 r8@9000008 w8@9000000=3 w8@9000008=4001000000000", "pstate=200003c5")]
    [InlineData("rcwcasp x0, x1, x2, x3, [x4]", 0x19200C82u, false, false, "0", "ffffffffffffffffffffffffffffffff", "40000000000000000000000000003", "x0=3 x1=4000000000000 x2=3 x3=4001000000000 x4=9000000", "r8@9000000 r8@9000008", "pstate=600003c5")]
    [InlineData("rcwscasp x0, x1, x2, x3, [x4]", 0x59200C82u, false, false, "0", "ffffffffffffffffffffffffffffffff", "40000000000000000000000000003", "x0=3 x1=4000000000000 x2=3 x3=4001000000000 x4=9000000", "r8@9000000 r8@9000008", "pstate=600003c5")]
    [InlineData("rcwcasp x0, x1, x2, x3, [x4]", 0x19200C82u, false, false, "ffffffffffffffffffffffffffffffff", "ffffffffffffffffffffffffffffffff", "40000000000000000000000000003", "x0=3 x1=4000000000000 x2=3 x3=0 x4=9000000", "r8@9000000 r8@9000008", "pstate=600003c5")]
    [InlineData("rcwscasp x0, x1, x2, x3, [x4]", 0x59200C82u, false, false, "ffffffffffffffffffffffffffffffff", "ffffffffffffffffffffffffffffffff", "40000000000000000000000000003", "x0=3 x1=4000000000000 x2=3 x3=0 x4=9000000", "r8@9000000 r8@9000008", "pstate=400003c5")]
    [InlineData("rcwcasp x0, x1, x2, x3, [x4]", 0x19200C82u, false, false, "ffffffffffffffffffffffffffffffff", "ffffffffffffffffffffffffffffffff", "3", "x0=3 x1=0 x2=3 x3=4000000000000 x4=9000000", "r8@9000000 r8@9000008", "pstate=600003c5")]
    [InlineData("rcwscasp x0, x1, x2, x3, [x4]", 0x59200C82u, false, false, "ffffffffffffffffffffffffffffffff", "ffffffffffffffffffffffffffffffff", "3", "x0=3 x1=0 x2=3 x3=4000000000000 x4=9000000", "r8@9000000 r8@9000008", "pstate=400003c5")]
    [InlineData("rcwcasp x0, x1, x2, x3, [x4]", 0x19200C82u, false, false, "ffffffffffffffffffffffffffffffff", "ffffffffffffffffffffffffffffffff", "40000000000000000000000000002", "x0=2 x1=4000000000000 x2=3 x3=4000000000000 x4=9000000", "r8@9000000 r8@9000008", "pstate=600003c5")]
    [InlineData("rcwscasp x0, x1, x2, x3, [x4]", 0x59200C82u, false, false, "ffffffffffffffffffffffffffffffff", "ffffffffffffffffffffffffffffffff", "40000000000000000000000000002", "x0=2 x1=4000000000000 x2=3 x3=4000000000000 x4=9000000", "r8@9000000 r8@9000008", "pstate=600003c5")]
    [InlineData("rcwcasp x0, x1, x2, x3, [x4]", 0x19200C82u, false, false, "10000", "10000", "40000000000000000000000000003", "x0=3 x1=4000000000000 x2=ff00003 x3=4000000000000 x4=9000000", "r8@9000000 r8@9000008 w8@9000000=ff00003 w8@9000008=4000000000000", "pstate=200003c5")]
    [InlineData("rcwscasp x0, x1, x2, x3, [x4]", 0x59200C82u, false, false, "10000", "10000", "40000000000000000000000000003", "x0=3 x1=4000000000000 x2=ff00003 x3=4000000000000 x4=9000000", "r8@9000000 r8@9000008 w8@9000000=ff00003 w8@9000008=4000000000000", "pstate=200003c5")]
    [InlineData("rcwcasp x0, x1, x2, x3, [x4]", 0x19200C82u, false, false, "ffffffffffffffffffffffffffffffff", "ffffffffffffffffffffffffffffffff", "40000000000000000000000000003", "x0=3 x1=4000000000000 x2=1000000000000003 x3=4000000000000 x4=9000000", "r8@9000000 r8@9000008", "pstate=600003c5")]
    [InlineData("rcwscasp x0, x1, x2, x3, [x4]", 0x59200C82u, false, false, "ffffffffffffffffffffffffffffffff", "ffffffffffffffffffffffffffffffff", "40000000000000000000000000003", "x0=3 x1=4000000000000 x2=1000000000000003 x3=4000000000000 x4=9000000", "r8@9000000 r8@9000008", "pstate=400003c5")]
    [InlineData("rcwclrp x0, x1, [x2]", 0x19219040u, false, false, "10000000000000000000000008", "10000000000000000000000008", "8000000000000000000000003", "x0=8 x1=1000000000 x2=9000000", "r8@9000000 r8@9000008 w8@9000000=3 w8@9000008=800000000", "x0=3 x1=800000000 pstate=200003c5")]
    [InlineData("rcwsclrp x0, x1, [x2]", 0x59219040u, false, false, "10000000000000000000000008", "10000000000000000000000008", "8000000000000000000000003", "x0=8 x1=1000000000 x2=9000000", "r8@9000000 r8@9000008 w8@9000000=3 w8@9000008=800000000", "x0=3 x1=800000000 pstate=200003c5")]
    [InlineData("rcwsetp x0, x1, [x2]", 0x1921B040u, false, false, "10000000000000000000000008", "10000000000000000000000008", "8000000000000000000000003", "x0=8 x1=1000000000 x2=9000000", "r8@9000000 r8@9000008 w8@9000000=b w8@9000008=1800000000", "x0=3 x1=800000000 pstate=200003c5")]
    [InlineData("rcwssetp x0, x1, [x2]", 0x5921B040u, false, false, "10000000000000000000000008", "10000000000000000000000008", "8000000000000000000000003", "x0=8 x1=1000000000 x2=9000000", "r8@9000000 r8@9000008 w8@9000000=b w8@9000008=1800000000", "x0=3 x1=800000000 pstate=200003c5")]
    [InlineData("rcwswpp x0, x1, [x2]", 0x1921A040u, false, false, "10000000000000000000000008", "10000000000000000000000008", "8000000000000000000000003", "x0=3 x1=1000000000 x2=9000000", "r8@9000000 r8@9000008 w8@9000000=3 w8@9000008=1000000000", "x1=800000000 pstate=200003c5")]
    [InlineData("rcwsswpp x0, x1, [x2]", 0x5921A040u, false, false, "10000000000000000000000008", "10000000000000000000000008", "8000000000000000000000003", "x0=3 x1=1000000000 x2=9000000", "r8@9000000 r8@9000008", "x1=800000000")]
    [InlineData("rcwcasp x0, x1, x2, x3, [x4]", 0x19200C82u, true, false, "0", "ffffffffffffffffffffffffffffffff", "3", "x0=0 x1=3 x2=1000000000 x3=3 x4=9000000", "r8@9000000 r8@9000008 w8@9000000=10000000 w8@9000008=300000000000000", "pstate=200003c5")]
    [InlineData("rcwscasp x0, x1, x2, x3, [x4]", 0x59200C82u, true, false, "0", "ffffffffffffffffffffffffffffffff", "3", "x0=0 x1=3 x2=1000000000 x3=3 x4=9000000", "r8@9000000 r8@9000008 w8@9000000=10000000 w8@9000008=300000000000000", "pstate=200003c5")]
    [InlineData("rcwcasp x0, x1, x2, x3, [x4]", 0x19200C82u, true, false, "0", "0", "3", "x0=0 x1=3 x2=1000000000 x3=3 x4=9000000", "r8@9000000 r8@9000008 w8@9000000=10000000 w8@9000008=300000000000000", "pstate=200003c5")]
    [InlineData("rcwscasp x0, x1, x2, x3, [x4]", 0x59200C82u, true, false, "0", "0", "3", "x0=0 x1=3 x2=1000000000 x3=3 x4=9000000", "r8@9000000 r8@9000008", "")]
    [InlineData("rcwcasp x0, x1, x2, x3, [x4]", 0x19200C82u, true, false, "10000000000000000000000000", "ffffffffffffffffffffffffffffffff", "40000000000000000000000000003", "x0=4000000000000 x1=3 x2=4001000000000 x3=3 x4=9000000", "r8@9000000 r8@9000008 w8@9000000=10000400 w8@9000008=300000000000000", "pstate=200003c5")]
    [InlineData("rcwscasp x0, x1, x2, x3, [x4]", 0x59200C82u, true, false, "10000000000000000000000000", "ffffffffffffffffffffffffffffffff", "40000000000000000000000000003", "x0=4000000000000 x1=3 x2=4001000000000 x3=3 x4=9000000", "r8@9000000 r8@9000008 w8@9000000=10000400 w8@9000008=300000000000000", "pstate=200003c5")]
    [InlineData("rcwcasp x0, x1, x2, x3, [x4]", 0x19200C82u, true, false, "0", "ffffffffffffffffffffffffffffffff", "40000000000000000000000000003", "x0=4000000000000 x1=3 x2=4001000000000 x3=3 x4=9000000", "r8@9000000 r8@9000008", "pstate=600003c5")]
    [InlineData("rcwscasp x0, x1, x2, x3, [x4]", 0x59200C82u, true, false, "0", "ffffffffffffffffffffffffffffffff", "40000000000000000000000000003", "x0=4000000000000 x1=3 x2=4001000000000 x3=3 x4=9000000", "r8@9000000 r8@9000008", "pstate=600003c5")]
    [InlineData("rcwcasp x0, x1, x2, x3, [x4]", 0x19200C82u, true, false, "ffffffffffffffffffffffffffffffff", "ffffffffffffffffffffffffffffffff", "40000000000000000000000000003", "x0=4000000000000 x1=3 x2=0 x3=3 x4=9000000", "r8@9000000 r8@9000008", "pstate=600003c5")]
    [InlineData("rcwscasp x0, x1, x2, x3, [x4]", 0x59200C82u, true, false, "ffffffffffffffffffffffffffffffff", "ffffffffffffffffffffffffffffffff", "40000000000000000000000000003", "x0=4000000000000 x1=3 x2=0 x3=3 x4=9000000", "r8@9000000 r8@9000008", "pstate=400003c5")]
    [InlineData("rcwcasp x0, x1, x2, x3, [x4]", 0x19200C82u, true, false, "ffffffffffffffffffffffffffffffff", "ffffffffffffffffffffffffffffffff", "3", "x0=0 x1=3 x2=4000000000000 x3=3 x4=9000000", "r8@9000000 r8@9000008", "pstate=600003c5")]
    [InlineData("rcwscasp x0, x1, x2, x3, [x4]", 0x59200C82u, true, false, "ffffffffffffffffffffffffffffffff", "ffffffffffffffffffffffffffffffff", "3", "x0=0 x1=3 x2=4000000000000 x3=3 x4=9000000", "r8@9000000 r8@9000008", "pstate=400003c5")]
    [InlineData("rcwcasp x0, x1, x2, x3, [x4]", 0x19200C82u, true, false, "ffffffffffffffffffffffffffffffff", "ffffffffffffffffffffffffffffffff", "40000000000000000000000000002", "x0=4000000000000 x1=2 x2=4000000000000 x3=3 x4=9000000", "r8@9000000 r8@9000008", "pstate=600003c5")]
    [InlineData("rcwscasp x0, x1, x2, x3, [x4]", 0x59200C82u, true, false, "ffffffffffffffffffffffffffffffff", "ffffffffffffffffffffffffffffffff", "40000000000000000000000000002", "x0=4000000000000 x1=2 x2=4000000000000 x3=3 x4=9000000", "r8@9000000 r8@9000008", "pstate=600003c5")]
    [InlineData("rcwcasp x0, x1, x2, x3, [x4]", 0x19200C82u, true, false, "10000", "10000", "40000000000000000000000000003", "x0=4000000000000 x1=3 x2=4000000000000 x3=ff00003 x4=9000000", "r8@9000000 r8@9000008 w8@9000000=400 w8@9000008=300f00f00000000", "pstate=200003c5")]
    [InlineData("rcwscasp x0, x1, x2, x3, [x4]", 0x59200C82u, true, false, "10000", "10000", "40000000000000000000000000003", "x0=4000000000000 x1=3 x2=4000000000000 x3=ff00003 x4=9000000", "r8@9000000 r8@9000008 w8@9000000=400 w8@9000008=300f00f00000000", "pstate=200003c5")]
    [InlineData("rcwcasp x0, x1, x2, x3, [x4]", 0x19200C82u, true, false, "ffffffffffffffffffffffffffffffff", "ffffffffffffffffffffffffffffffff", "40000000000000000000000000003", "x0=4000000000000 x1=3 x2=4000000000000 x3=1000000000000003 x4=9000000", "r8@9000000 r8@9000008", "pstate=600003c5")]
    [InlineData("rcwscasp x0, x1, x2, x3, [x4]", 0x59200C82u, true, false, "ffffffffffffffffffffffffffffffff", "ffffffffffffffffffffffffffffffff", "40000000000000000000000000003", "x0=4000000000000 x1=3 x2=4000000000000 x3=1000000000000003 x4=9000000", "r8@9000000 r8@9000008", "pstate=400003c5")]
    [InlineData("rcwclrp x0, x1, [x2]", 0x19219040u, true, false, "10000000000000000000000008", "10000000000000000000000008", "8000000000000000000000003", "x0=1000000000 x1=8 x2=9000000", "r8@9000000 r8@9000008 w8@9000000=8000000 w8@9000008=300000000000000", "x0=800000000 x1=3 pstate=200003c5")]
    [InlineData("rcwsclrp x0, x1, [x2]", 0x59219040u, true, false, "10000000000000000000000008", "10000000000000000000000008", "8000000000000000000000003", "x0=1000000000 x1=8 x2=9000000", "r8@9000000 r8@9000008 w8@9000000=8000000 w8@9000008=300000000000000", "x0=800000000 x1=3 pstate=200003c5")]
    [InlineData("rcwsetp x0, x1, [x2]", 0x1921B040u, true, false, "10000000000000000000000008", "10000000000000000000000008", "8000000000000000000000003", "x0=1000000000 x1=8 x2=9000000", "r8@9000000 r8@9000008 w8@9000000=18000000 w8@9000008=b00000000000000", "x0=800000000 x1=3 pstate=200003c5")]
    [InlineData("rcwssetp x0, x1, [x2]", 0x5921B040u, true, false, "10000000000000000000000008", "10000000000000000000000008", "8000000000000000000000003", "x0=1000000000 x1=8 x2=9000000", "r8@9000000 r8@9000008 w8@9000000=18000000 w8@9000008=b00000000000000", "x0=800000000 x1=3 pstate=200003c5")]
    [InlineData("rcwswpp x0, x1, [x2]", 0x1921A040u, true, false, "10000000000000000000000008", "10000000000000000000000008", "8000000000000000000000003", "x0=1000000000 x1=3 x2=9000000", "r8@9000000 r8@9000008 w8@9000000=10000000 w8@9000008=300000000000000", "x0=800000000 pstate=200003c5")]
    [InlineData("rcwsswpp x0, x1, [x2]", 0x5921A040u, true, false, "10000000000000000000000008", "10000000000000000000000008", "8000000000000000000000003", "x0=1000000000 x1=3 x2=9000000", "r8@9000000 r8@9000008", "x0=800000000")]
    public void Rcw_is_what_the_manual_says(
        string text, uint opcode, bool bigEndian, bool isProtectionEnabled, string mask, string softwareMask, string old, string registers, string transactions, string changes)
    {
        UInt128 Parse(string digits) => UInt128.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        (UInt128 rcwMask, UInt128 rcwSMask, UInt128 memory) = (Parse(mask), Parse(softwareMask), Parse(old));
        A64Machine machine = Numbered().With(registers);
        machine.Options = PatternCase.Perform with { BigEndian = bigEndian, ProtectionEnabled = isProtectionEnabled };
        machine.Registers.SetSystemRegister(SystemRegister.RcwMaskEl1, (ulong)rcwMask);
        machine.Registers.SetSystemRegister(SystemRegister.RcwMaskEl1High, (ulong)(rcwMask >> 64));
        machine.Registers.SetSystemRegister(SystemRegister.RcwSMaskEl1, (ulong)rcwSMask);
        machine.Registers.SetSystemRegister(SystemRegister.RcwSMaskEl1High, (ulong)(rcwSMask >> 64));
        int size = A64Machine.Decode(opcode).TotalSize;
        for (int i = 0; i < size; i++)
        {
            machine.Store(0x9000000 + (ulong)(bigEndian ? size - 1 - i : i), 1, (byte)(memory >> (8 * i)));
        }

        A64Machine before = machine.Clone();

        machine.Execute(opcode).Should().Be(EmulationStatus.Completed, text);

        machine.Trace.Should().Be(transactions);
        machine.ChangesSince(before).Should().Be(changes);
    }

    [Fact]
    public void The_old_value_is_returned_and_the_flags_say_why_nothing_was_written()
    {
        // A protected, valid descriptor whose mask allows nothing: Z = 1, C = 1.
        A64Machine machine = new A64Machine().With("x0=8 x1=0 x2=9000000").Store(0x9000000, 8, (1ul << 52) | 3);
        machine.Options = PatternCase.Perform with { ProtectionEnabled = true };

        machine.Execute(0x3820B041).Should().Be(EmulationStatus.Completed); // rcwset x0, x1, [x2]

        machine.Registers.GetX(1).Should().Be((1ul << 52) | 3);
        machine.Registers.PState.Should().Be(0x60000000);
        machine.Trace.Should().Be("r8@9000000");
    }

    // Xn = 0x55555555_000000nn and PSTATE = 0x3C5, as in PatternMachine.
    private static A64Machine Numbered()
    {
        var machine = new A64Machine();
        for (int i = 0; i < 31; i++)
        {
            machine.Registers.SetX(i, 0x55555555_00000000ul | (uint)i);
        }

        machine.Registers.PState = 0x3C5;
        return machine;
    }
}
